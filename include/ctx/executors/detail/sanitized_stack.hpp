// Tells AddressSanitizer and ThreadSanitizer which stack a thread is on. Without it they take a
// switch for a stack gone wild: false reports, or a crash. Nothing in other builds.
//
// Every function is inlined even without optimization: ThreadSanitizer counts calls and returns per
// stack, and one that switches must not return on the other.

#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define CTX_DETAIL_ASAN_STACKS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CTX_DETAIL_ASAN_STACKS
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define CTX_DETAIL_TSAN_STACKS
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CTX_DETAIL_TSAN_STACKS
#endif
#endif

#if defined(CTX_DETAIL_ASAN_STACKS)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(CTX_DETAIL_TSAN_STACKS)
#include <sanitizer/tsan_interface.h>
#endif

namespace ctx::detail {

#if defined(CTX_DETAIL_ASAN_STACKS)

/// A stack as AddressSanitizer knows it.
class SanitizedStack {
public:
    SanitizedStack() noexcept = default;
    SanitizedStack(const void* bottom, std::size_t size) noexcept : bottom_(bottom), size_(size) {}

    /// Runs `create`, which jumps onto this new stack and back.
    template <typename Create>
    [[gnu::always_inline]] void create(const Create& create) noexcept {
        void* fake = nullptr;
        __sanitizer_start_switch_fiber(&fake, bottom_, size_);
        create();
        // finish means that the thread is on the new stack: back to the old one.
        const void* bottom = nullptr;
        std::size_t size = 0;
        __sanitizer_finish_switch_fiber(fake, &bottom, &size);
        __sanitizer_start_switch_fiber(&fake, bottom, size);
        __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
    }
    /// This stack is about to be left for `target`; and runs again, after `from`, if that waits.
    [[gnu::always_inline]] void leave(SanitizedStack& target) noexcept {
        __sanitizer_start_switch_fiber(&fake_, target.bottom_, target.size_);
    }
    [[gnu::always_inline]] void arrive(SanitizedStack* from) noexcept { finish(fake_, from); }
    /// The first thing on a new stack, and the last.
    [[gnu::always_inline]] void begin(SanitizedStack* from) noexcept { finish(nullptr, from); }
    [[gnu::always_inline]] void end(SanitizedStack& target) noexcept {
        __sanitizer_start_switch_fiber(nullptr, target.bottom_, target.size_);
    }

private:
    [[gnu::always_inline]] static void finish(void* fake, SanitizedStack* from) noexcept {
        const void* bottom = nullptr;
        std::size_t size = 0;
        __sanitizer_finish_switch_fiber(fake, &bottom, &size);
        if (from != nullptr) *from = {bottom, size, from->fake_};
    }
    SanitizedStack(const void* bottom, std::size_t size, void* fake) noexcept
        : bottom_(bottom), size_(size), fake_(fake) {}

    const void* bottom_ = nullptr;
    std::size_t size_ = 0;
    void* fake_ = nullptr;
};

#elif defined(CTX_DETAIL_TSAN_STACKS)

/// A stack as ThreadSanitizer knows it.
class SanitizedStack {
public:
    SanitizedStack() noexcept : fiber_(__tsan_get_current_fiber()) {}
    SanitizedStack(const void*, std::size_t) noexcept : fiber_(__tsan_create_fiber(0)) {}

    template <typename Create>
    [[gnu::always_inline]] void create(const Create& create) noexcept {
        void* const creator = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(fiber_, 0);
        create();
        __tsan_switch_to_fiber(creator, 0);
    }
    [[gnu::always_inline]] void leave(SanitizedStack& target) noexcept {
        __tsan_switch_to_fiber(target.fiber_, 0);
    }
    [[gnu::always_inline]] void arrive(SanitizedStack*) noexcept {
        __tsan_switch_to_fiber(fiber_, 0);  // a stack that ended could not do it
        if (ended_ != nullptr) __tsan_destroy_fiber(ended_);
        ended_ = nullptr;
    }
    [[gnu::always_inline]] void begin(SanitizedStack*) noexcept {}
    /// The functions below still return on this stack: whoever arrives switches and cleans up.
    [[gnu::always_inline]] void end(SanitizedStack& target) noexcept { target.ended_ = fiber_; }

private:
    void* fiber_;
    void* ended_ = nullptr;
};

#else

class SanitizedStack {
public:
    SanitizedStack() noexcept = default;
    SanitizedStack(const void*, std::size_t) noexcept {}

    template <typename Create>
    void create(const Create& create) noexcept {
        create();
    }
    void leave(SanitizedStack&) noexcept {}
    void arrive(SanitizedStack*) noexcept {}
    void begin(SanitizedStack*) noexcept {}
    void end(SanitizedStack&) noexcept {}
};

#endif

}  // namespace ctx::detail
