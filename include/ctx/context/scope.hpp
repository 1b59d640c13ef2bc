// ctx/context/scope.hpp: makes a context current for the rest of a block.
//
//     void handle(Request& request) {
//         ctx::Scope scope{request.context()};
//         spdlog::info("accepted");              // carries the request's trace id
//     }                                          // the caller's context is back
//
// Threads   A Scope belongs to the thread (or the coroutine or fiber that keeps its context) that
//           made it and must end there.
// Errors    Ending a Scope elsewhere or out of order is a programming error. It is always counted
//           (`ctx_scope_misuse_total`); set_scope_misuse_policy() says whether it is also reported
//           or aborts. Builds without NDEBUG of the context library abort. Memory stays safe,
//           unless two threads end Scopes of one chain at the same time. What one out of order
//           would spoil is repaired: the inner Scope restores what the outer one replaced. Not so
//           once a Scope has ended on a foreign thread anywhere in the process.
//           A Scope that is still open when its thread ends, because it was leaked or its stack was
//           abandoned, is dropped, counted (`ctx_scope_left_open_total`) and reported likewise.
// Cost      A move in and a move out: two thread-local stores, no atomic, no allocation.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/word.hpp>
#include <ctx/export.hpp>

#include <cstdint>
#include <utility>

namespace ctx {

/// Makes a context current for as long as the Scope lives. Scopes nest; each restores what it
/// replaced.
class [[nodiscard]] Scope {
public:
    /// Postcondition: `current() == context`. The place is remembered for the misuse report.
    [[nodiscard]] explicit Scope(Context context, const char* file = __builtin_FILE(),
                                 int line = __builtin_LINE()) noexcept
        : file_(file), line_(line) {
        detail::ThreadWord& word = detail::word();
        if (!word.is_watched) [[unlikely]]
            detail::watch_thread();
        previous_ = detail::load_half(word.node);
        previous_top_ = detail::load_half(word.top);
        detail::store_half(word.top, this);
        detail::store_half(word.node, context.release());
        detail::publish_word();
    }

    ~Scope() {
        detail::Word& word = detail::word();
        if (detail::load_half(word.top) != this) [[unlikely]] {
            end_misused();
            return;
        }
        const detail::Node* mine = detail::load_half(word.node);
        detail::store_half(word.node, previous_);
        detail::store_half(word.top, previous_top_);
        detail::publish_word();
        detail::release_node(mine);
    }

    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

private:
    friend class Boundary;
    friend void detail::watch_thread() noexcept;
    CTX_EXPORT void end_misused() noexcept;
    static void thread_ended() noexcept;

    const detail::Node* previous_;
    Scope* previous_top_;
    const char* file_;
    int line_;
};

/// What happens, besides counting, when a Scope ends where it must not.
enum class ScopeMisusePolicy : std::uint8_t {
    count,   ///< nothing else
    report,  ///< the diagnostics callback hears both places (default with NDEBUG)
    abort,   ///< both places are printed to stderr and the process aborts (default without)
};

/// Process-wide; takes effect at once. @return the one before.
CTX_EXPORT ScopeMisusePolicy set_scope_misuse_policy(ScopeMisusePolicy policy) noexcept;

}  // namespace ctx
