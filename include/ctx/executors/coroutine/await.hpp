// ctx/executors/coroutine/await.hpp: keeps the context over a co_await in anybody's coroutine.
//
//     cppcoro::task<> handle(Order order) {
//         co_await ctx::await(pool.schedule());    // on the pool's thread now, same context
//         spdlog::info("accepted {}", order.id);
//     }
//
// Around one await of a coroutine whose type knows nothing of ctx. While the awaited thing begins
// its work the context is current too, so that what it starts inherits it. Without ctx::await() the
// coroutine goes on in the context of whatever resumes it: none on a thread that has none, another
// request's where its code resumes it on the spot, as unlock() of an async mutex does. Coroutines
// of the type ctx::task keep their context without this.
//
// A Scope may be held over ctx::await(), but not over the first one of a coroutine that began to
// run when it was called (its initial_suspend does not suspend): until then it runs in its caller's
// context, which has to stay there. What tells such a caller's Scope from one of the coroutine's own
// is the address of the coroutine's frame: a Scope that is held against this rule may be taken for
// that of a later coroutine whose frame lies where the earlier one's was.
//
// Threads   The coroutine may go on on any thread.
// Errors    As the awaitable. A coroutine that is destroyed through its own handle while it is
//           suspended here unwinds in the destroyer's context; through the awaitable, in its own.
// Cost      One increment and one decrement, no allocation.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/switch.hpp>
#include <ctx/executors/detail/awaiter.hpp>
#include <ctx/executors/detail/inline_call.hpp>

#include <coroutine>
#include <type_traits>
#include <utility>

namespace ctx {

namespace detail {

/// Stands for the coroutine in the hands of what it awaits: resuming it puts the coroutine's
/// context into the thread for as long as the coroutine runs there.
class ResumeInContext : FakeFrame {
public:
    ResumeInContext() noexcept : FakeFrame{&resume_coroutine, &destroy_coroutine} {}
    ~ResumeInContext() { release_node(word_.node); }
    ResumeInContext(const ResumeInContext&) = delete;
    ResumeInContext& operator=(const ResumeInContext&) = delete;

    /// Takes the context, and the open Scopes of a coroutine that was resumed like this before.
    std::coroutine_handle<> begin(std::coroutine_handle<> coroutine) noexcept {
        coroutine_ = coroutine;
        key_ = InlineCall::innermost_of(coroutine.address());
        word_.node = current_node();
        add_reference(word_.node);
        if (key_.call != nullptr) word_.top = exchange_top(nullptr);
        return handle();
    }

    /// The coroutine goes on without having been suspended.
    void cancel() noexcept {
        if (word_.top != nullptr) exchange_top(std::exchange(word_.top, nullptr));
        release_node(std::exchange(word_.node, nullptr));
    }

private:
    static Scope* exchange_top(Scope* top) noexcept {
        Word& thread = detail::word();
        Scope* const before = load_half(thread.top);
        store_half(thread.top, top);
        return before;
    }

    // The coroutine, and this object with it, may be gone when it comes back.
    static void run(ResumeInContext* next) {
        InlineCall call{next->coroutine_.address()};
        const Word resumer = exchange_word({nullptr, nullptr});
        try {
            do {
                const std::coroutine_handle<> coroutine = next->coroutine_;
                release_node(
                    exchange_word(std::exchange(next->word_, Word{nullptr, nullptr})).node);
                coroutine.resume();
                next = static_cast<ResumeInContext*>(call.take_completed());
            } while (next != nullptr);
        } catch (...) {  // a type whose exceptions come out of resume()
            release_node(exchange_word(resumer).node);
            throw;
        }
        release_node(exchange_word(resumer).node);
    }

    static void resume_coroutine(void* frame) {
        auto* const self = static_cast<ResumeInContext*>(static_cast<FakeFrame*>(frame));
        if (!InlineCall::complete(self->key_, self)) run(self);
    }

    static void destroy_coroutine(void* frame) noexcept {
        auto* const self = static_cast<ResumeInContext*>(static_cast<FakeFrame*>(frame));
        const std::coroutine_handle<> coroutine = self->coroutine_;
        const Word destroyer = exchange_word(std::exchange(self->word_, Word{nullptr, nullptr}));
        coroutine.destroy();
        release_node(exchange_word(destroyer).node);
    }

    std::coroutine_handle<> coroutine_;
    Word word_{nullptr, nullptr};
    InlineKey key_;
};

/// What is awaited, as long as that takes: an rvalue by value if it can be moved.
template <typename T>
using KeptAwaitable = std::conditional_t<std::is_move_constructible_v<T>, T, T&&>;

/// What ctx::await() returns. `T` is the awaitable, or a reference to an lvalue.
template <typename T>
class [[nodiscard]] ContextAwaiter {
    using A = Awaiter<T>;

public:
    explicit ContextAwaiter(T&& awaitable)
        : awaitable_(std::forward<T>(awaitable)),
          awaiter_(get_awaiter(std::forward<T>(awaitable_))) {}
    ContextAwaiter(const ContextAwaiter&) = delete;
    ContextAwaiter& operator=(const ContextAwaiter&) = delete;

    bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }

    // Not inlined: Clang 14 keeps locals of an inlined await_suspend in the coroutine's frame,
    // which another thread may be freeing meanwhile.
    [[gnu::noinline]] auto await_suspend(std::coroutine_handle<> coroutine) {
        using Result = SuspendResult<A>;
        const std::coroutine_handle<> resumed = frame_.begin(coroutine);
        try {
            if constexpr (std::is_same_v<Result, bool>) {
                const bool suspends = awaiter_.await_suspend(resumed);
                if (!suspends) frame_.cancel();
                return suspends;
            } else if constexpr (std::is_void_v<Result>) {
                awaiter_.await_suspend(resumed);
            } else {
                return std::coroutine_handle<>{awaiter_.await_suspend(resumed)};
            }
        } catch (...) {
            frame_.cancel();
            throw;
        }
    }

    decltype(auto) await_resume() { return awaiter_.await_resume(); }

private:
    KeptAwaitable<T> awaitable_;
    A awaiter_;  // may refer to it
    ResumeInContext frame_;
};

}  // namespace detail

/// Awaits `awaitable`, and goes on with the context that is current now. An rvalue is kept until
/// the await is over, an lvalue is referred to.
template <typename Awaitable>
[[nodiscard]] auto await(Awaitable&& awaitable) {
    static_assert(detail::survives_being_awaited<detail::Awaiter<Awaitable>>,
                  "ctx::await: GCC destroys an awaiter of aggregate type twice; give it a "
                  "constructor");
    return detail::ContextAwaiter<Awaitable>{std::forward<Awaitable>(awaitable)};
}

}  // namespace ctx
