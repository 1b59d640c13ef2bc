// ctx/executors/coroutine/context_promise.hpp: makes a coroutine type of your own keep its context.
//
//     struct promise_type : ctx::ContextPromise {
//         auto initial_suspend() noexcept { return begin_with(std::suspend_always{}); }
//         auto final_suspend() noexcept { return end_with(std::suspend_always{}); }
//         auto yield_value(int v) noexcept { value = v; return pause_with(std::suspend_always{}); }
//         …
//     };
//
// The coroutine has the context that was current when it was created, over every co_await and on
// any thread, with the Scopes that are open in it. Whoever resumes it has its own context back
// when it is suspended. While something is awaited that knows nothing of contexts, it begins with
// the coroutine's context.
//
// Threads   As the coroutine: it may go on on any thread, and runs on one at a time.
// Errors    As what is awaited. A coroutine that is destroyed while it is suspended unwinds in its
//           own context. Where exceptions come out of resume(), unhandled_exception() must call
//           rethrow_to_resumer() in place of `throw;`: nothing else notices that the coroutine ends.
// Cost      A suspension: two moves; one increment and one decrement more when what is awaited
//           knows nothing of contexts. No allocation: bench/coroutine_bench.cpp.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/detail/switch.hpp>
#include <ctx/executors/detail/awaiter.hpp>
#include <ctx/executors/detail/inline_call.hpp>

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>
#include <variant>

namespace ctx {

namespace detail {

/// The word of a coroutine, and whether it is being destroyed while it was suspended.
struct Strand : StrandWord {
    bool is_unwinding = false;

    /// The coroutine is being destroyed where it was suspended: its locals see its context.
    void enter_to_unwind() noexcept {
        enter();
        is_unwinding = true;
    }
};

/// The time for which a coroutine is suspended in an awaiter. Ends with it: where the coroutine goes
/// on, or is destroyed, its context is back first. The last member of an awaiter.
class Absence {
public:
    /// @param strand  null for a coroutine that keeps no context.
    explicit Absence(Strand* strand) noexcept : strand_(strand) {}
    ~Absence() {
        if (is_away_ && strand_ != nullptr) strand_->enter_to_unwind();
    }
    Absence(const Absence&) = delete;
    Absence& operator=(const Absence&) = delete;

    void begin() noexcept {
        is_away_ = true;
        if (strand_ != nullptr) strand_->leave();
    }
    /// For an await of something that knows nothing of contexts: StrandWord::begin_leave().
    [[nodiscard]] Word begin_keeping() noexcept {
        is_away_ = true;
        return strand_->begin_leave();
    }
    void cancel(Word resumer) noexcept {
        strand_->cancel_leave(resumer);
        is_away_ = false;
    }
    /// @return whether the coroutine was away.
    bool end() noexcept {
        if (!std::exchange(is_away_, false)) return false;
        if (strand_ != nullptr) strand_->enter();
        return true;
    }

private:
    Strand* strand_;
    bool is_away_ = false;
};

/// What a ContextPromise makes of something that is awaited.
template <typename A>
class [[nodiscard]] StrandAwaiter {
public:
    template <typename Awaitable>
    StrandAwaiter(Awaitable&& awaitable, Strand& strand)
        : awaiter_(get_awaiter(std::forward<Awaitable>(awaitable))), absence_(&strand) {}

    bool await_ready() { return static_cast<bool>(awaiter_.await_ready()); }

    // Not inlined: Clang 14 keeps locals of an inlined await_suspend in the coroutine's frame,
    // which another thread may be freeing meanwhile.
    template <typename Promise>
    [[gnu::noinline]] auto await_suspend(std::coroutine_handle<Promise> coroutine) {
        using Result = decltype(awaiter_.await_suspend(coroutine));
        const Word resumer = absence_.begin_keeping();
        try {
            if constexpr (std::is_void_v<Result>) {
                awaiter_.await_suspend(coroutine);
                StrandWord::end_leave(resumer);
            } else if constexpr (std::is_same_v<Result, bool>) {
                const bool suspends = awaiter_.await_suspend(coroutine);
                if (suspends) {
                    StrandWord::end_leave(resumer);
                } else {
                    absence_.cancel(resumer);
                }
                return suspends;
            } else {
                return transfer(coroutine, resumer);
            }
        } catch (...) {
            absence_.cancel(resumer);
            throw;
        }
    }

    decltype(auto) await_resume() {
        absence_.end();
        return awaiter_.await_resume();
    }

private:
    // What is to run now begins with this coroutine's context, so it runs from here; afterwards
    // the thread gets its own back. @return false if the coroutine is to go on at once.
    template <typename Promise>
    bool transfer(std::coroutine_handle<Promise> coroutine, Word resumer) {
        InlineCall call;
        std::coroutine_handle<> next;
        if constexpr (Transfers<A>) {
            frame_.begin(coroutine, call.key());
            next = awaiter_.await_suspend(frame_.handle());
        } else {
            next = awaiter_.await_suspend(coroutine);  // asks for the type of the coroutine
        }
        next.resume();
        StrandWord::end_leave(resumer);
        return call.take_completed() == nullptr;
    }

    /// Stands for the coroutine in the hands of what it awaits: resumed while that is only
    /// beginning, it waits for it to return.
    class Frame : FakeFrame {
    public:
        Frame() noexcept : FakeFrame{&resume_coroutine, &destroy_coroutine} {}
        using FakeFrame::handle;
        void begin(std::coroutine_handle<> coroutine, InlineKey key) noexcept {
            coroutine_ = coroutine;
            key_ = key;
        }

    private:
        static Frame& of(void* frame) noexcept {
            return *static_cast<Frame*>(static_cast<FakeFrame*>(frame));
        }
        static void resume_coroutine(void* frame) {
            const Frame& self = of(frame);
            if (!InlineCall::complete(self.key_, frame)) self.coroutine_.resume();
        }
        static void destroy_coroutine(void* frame) { of(frame).coroutine_.destroy(); }

        std::coroutine_handle<> coroutine_;
        InlineKey key_;
    };

    A awaiter_;
    [[no_unique_address]] std::conditional_t<Transfers<A>, Frame, std::monostate> frame_;
    Absence absence_;
};

/// The coroutine takes its context into the thread when `A` lets it run.
template <typename A>
class [[nodiscard]] BeginAwaiter {
public:
    BeginAwaiter(A awaiter, Strand& strand) : awaiter_(std::move(awaiter)), strand_(&strand) {}
    bool await_ready() noexcept { return awaiter_.await_ready(); }
    template <typename Promise>
    auto await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        return awaiter_.await_suspend(coroutine);
    }
    void await_resume() noexcept {
        strand_->enter();
        awaiter_.await_resume();
    }

private:
    A awaiter_;
    Strand* strand_;
};

/// The coroutine takes its context out of the thread before `A` says what comes next.
template <typename A>
class [[nodiscard]] EndAwaiter {
public:
    EndAwaiter(A awaiter, Strand& strand) : awaiter_(std::move(awaiter)), strand_(&strand) {}
    bool await_ready() noexcept {
        strand_->leave();
        return awaiter_.await_ready();
    }
    template <typename Promise>
    auto await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        return awaiter_.await_suspend(coroutine);
    }
    void await_resume() noexcept { awaiter_.await_resume(); }

private:
    A awaiter_;
    Strand* strand_;
};

/// The coroutine takes its context out of the thread for as long as `A` suspends it.
template <typename A>
class [[nodiscard]] PauseAwaiter {
public:
    PauseAwaiter(A awaiter, Strand& strand) : awaiter_(std::move(awaiter)), absence_(&strand) {}
    bool await_ready() noexcept { return awaiter_.await_ready(); }
    template <typename Promise>
    auto await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        absence_.begin();
        return awaiter_.await_suspend(coroutine);
    }
    void await_resume() noexcept {
        absence_.end();
        awaiter_.await_resume();
    }

private:
    A awaiter_;
    Absence absence_;
};

struct ContinueWith {
    Context context;
    explicit ContinueWith(Context to) noexcept : context(std::move(to)) {}
};

/// Something that a ContextPromise awaits in a way of its own, `awaitable.in_strand(strand)`.
template <typename Awaitable>
concept KnowsStrands = requires(Awaitable&& awaitable, Strand& strand) {
    std::forward<Awaitable>(awaitable).in_strand(strand);
};

}  // namespace detail

/// `co_await ctx::continue_with(context)`: the coroutine goes on with that context, until it ends
/// or the innermost Scope that is open in it does. In a ctx::task and in coroutines whose promise
/// is a ContextPromise.
[[nodiscard]] inline detail::ContinueWith continue_with(Context context) noexcept {
    return detail::ContinueWith{std::move(context)};
}

/// The base of a promise type whose coroutines keep their context.
class ContextPromise {
public:
    template <typename Awaitable>
    [[nodiscard]] auto await_transform(Awaitable&& awaitable) {
        if constexpr (detail::KnowsStrands<Awaitable>) {
            return std::forward<Awaitable>(awaitable).in_strand(strand_);
        } else {
            static_assert(detail::Awaitable<Awaitable>,
                          "ctx: this cannot be awaited. A task is awaited once and given away: "
                          "co_await std::move(task)");
            using Awaiter = detail::Awaiter<Awaitable>;
            static_assert(detail::survives_being_awaited<Awaiter>,
                          "ctx: GCC destroys an awaiter of aggregate type twice; give it a "
                          "constructor");
            return detail::StrandAwaiter<Awaiter>{std::forward<Awaitable>(awaitable), strand_};
        }
    }

    [[nodiscard]] std::suspend_never await_transform(detail::ContinueWith&& other) noexcept {
        detail::release_node(detail::replace_node(other.context.release()));
        return {};
    }

    ContextPromise(const ContextPromise&) = delete;
    ContextPromise& operator=(const ContextPromise&) = delete;

protected:
    /// Captures the context that is current where the coroutine is called.
    ContextPromise() noexcept { strand_.start_with(Context{current()}); }
    struct CapturesNothing {};
    explicit ContextPromise(CapturesNothing) noexcept {}
    ~ContextPromise() {
        if (strand_.is_unwinding) strand_.leave();
    }

    /// What initial_suspend() returns.
    template <typename A>
    [[nodiscard]] auto begin_with(A awaiter) noexcept {
        return detail::BeginAwaiter<A>{std::move(awaiter), strand_};
    }
    /// What final_suspend() returns.
    template <typename A>
    [[nodiscard]] auto end_with(A awaiter) noexcept {
        return detail::EndAwaiter<A>{std::move(awaiter), strand_};
    }
    /// What yield_value() returns.
    template <typename A>
    [[nodiscard]] auto pause_with(A awaiter) noexcept {
        return detail::PauseAwaiter<A>{std::move(awaiter), strand_};
    }

    /// For unhandled_exception() of a type whose exceptions come out of resume(): the coroutine
    /// takes its context out of the thread, and the exception goes on to whoever resumed it.
    [[noreturn]] void rethrow_to_resumer() {
        strand_.leave();
        throw;
    }

    [[nodiscard]] detail::Strand& strand() noexcept { return strand_; }

private:
    detail::Strand strand_;
};

}  // namespace ctx
