#include "context/thread_end.hpp"
#include <ctx/context/boundary.hpp>
#include <ctx/context/detail/switch.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/stats.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace ctx {
namespace {

#ifdef NDEBUG
constexpr auto default_policy = ScopeMisusePolicy::report;
#else
constexpr auto default_policy = ScopeMisusePolicy::abort;
#endif

constinit std::atomic<ScopeMisusePolicy> misuse_policy{default_policy};

// After a Scope ended on a foreign thread, its own thread may still point to where it was: from
// then on no chain of scopes is followed any more.
constinit std::atomic<bool> chains_are_broken{false};

Stat misused{"ctx_scope_misuse_total", "Scopes that ended out of order or on another thread."};
Stat left_open{"ctx_scope_left_open_total",
               "Scopes that a task or a thread left open when it ended."};

std::string place(const char* file, int line) {
    return std::string{file} + ":" + std::to_string(line);
}

void tell(const std::string& message) noexcept {
    switch (misuse_policy.load(std::memory_order_relaxed)) {
        case ScopeMisusePolicy::count:
            return;
        case ScopeMisusePolicy::report:
            diagnose(Severity::error, "context", message);
            return;
        case ScopeMisusePolicy::abort:
            std::fprintf(stderr, "ctx: %s\n", message.c_str());
            std::abort();
    }
}

}  // namespace

ScopeMisusePolicy set_scope_misuse_policy(ScopeMisusePolicy policy) noexcept {
    return misuse_policy.exchange(policy, std::memory_order_relaxed);
}

// Cold. Two things can be wrong: an inner Scope of the same chain is still alive, or this is not
// the thread (or coroutine) that opened the Scope.
void Scope::end_misused() noexcept {
    misused.add();
    detail::Word& word = detail::word();
    Scope* inner = nullptr;
    if (!chains_are_broken.load(std::memory_order_relaxed)) {
        inner = word.top;
        while (inner != nullptr && inner->previous_top_ != this)
            inner = inner->previous_top_;
    }
    const std::string opened = "the Scope opened at " + place(file_, line_);
    if (inner != nullptr) {
        // Take this Scope out of the middle: the inner one now restores what this one replaced.
        const detail::Node* mine = std::exchange(inner->previous_, previous_);
        inner->previous_top_ = previous_top_;
        detail::release_node(mine);
        tell(opened + " ended before the Scope opened inside it at " +
             place(inner->file_, inner->line_));
        return;
    }
    const bool top_is_alive = !chains_are_broken.exchange(true, std::memory_order_relaxed);
    detail::release_node(previous_);
    std::string where;
    if (word.top == nullptr) {
        where = ", where no Scope is open";
    } else if (top_is_alive) {
        where = ", inside the Scope opened at " + place(word.top->file_, word.top->line_);
    }
    tell(opened + " ended on another thread or after the task that opened it" + where);
}

// Called when a thread that had a Scope ends. A Scope that was leaked is where it was; one on the
// stack of the thread, which was left without unwinding, is overwritten since.
void Scope::thread_ended() noexcept {
    const detail::Word left = detail::exchange_word({nullptr, nullptr});
    if (left.top != nullptr) {
        left_open.add();
        const bool is_readable = !chains_are_broken.load(std::memory_order_relaxed) &&
                                 !detail::is_on_this_stack(left.top);
        tell(is_readable ? "a thread ended while the Scope opened at " +
                               place(left.top->file_, left.top->line_) + " was still open"
                         : std::string{"a thread ended while a Scope was still open"});
    }
    detail::release_node(left.node);
}

// The Scope may sit in the frame of a coroutine that another thread is just ending: it is read only
// when the process ends here anyway.
void Boundary::report_left_open(const Scope& innermost) noexcept {
    left_open.add();
    const bool fatal = misuse_policy.load(std::memory_order_relaxed) == ScopeMisusePolicy::abort &&
                       !chains_are_broken.load(std::memory_order_relaxed);
    tell(fatal ? "a task ended while the Scope opened at " +
                     place(innermost.file_, innermost.line_) + " was still open"
               : std::string{"a task ended while a Scope it had opened was still open"});
}

}  // namespace ctx
