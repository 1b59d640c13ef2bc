// Tells a completion that comes while the operation is still being begun, on the same thread, from
// one that comes later. Whoever began the operation then goes on by itself, so that a loop of
// operations that complete at once does not need a deeper stack for each.

#pragma once

#include <ctx/export.hpp>

#include <cstdint>

namespace ctx::detail {

class InlineCall;

/// Names one InlineCall for good: neither a stack address nor a coroutine's is ever unique.
struct InlineKey {
    InlineCall* call = nullptr;
    std::uint64_t number = 0;
};

/// Stands on the stack of whoever begins an operation, for as long as that takes.
class InlineCall {
public:
    /// @param owner  the coroutine that runs inside, if one does.
    CTX_EXPORT explicit InlineCall(const void* owner = nullptr) noexcept;
    CTX_EXPORT ~InlineCall();
    InlineCall(const InlineCall&) = delete;
    InlineCall& operator=(const InlineCall&) = delete;

    [[nodiscard]] InlineKey key() noexcept { return {this, number_}; }

    /// What complete() left, once: null if there was no completion.
    [[nodiscard]] void* take_completed() noexcept {
        void* const completed = completed_;
        completed_ = nullptr;
        return completed;
    }

    /// To be called where an operation completes. @return whether the call that `key` names is the
    /// innermost one of this thread: it then finds `what` and goes on with it.
    CTX_EXPORT static bool complete(InlineKey key, void* what) noexcept;

    /// The key of the innermost call of this thread if `owner` runs inside of it.
    [[nodiscard]] CTX_EXPORT static InlineKey innermost_of(const void* owner) noexcept;

private:
    InlineCall* outer_;
    std::uint64_t outer_number_;
    const void* outer_owner_;
    std::uint64_t number_;
    void* completed_ = nullptr;
};

}  // namespace ctx::detail
