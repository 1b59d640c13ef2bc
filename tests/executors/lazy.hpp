// A coroutine type as users write them: starts when it is resumed or awaited. With `Base` =
// ctx::ContextPromise it keeps its context; with another one it knows nothing of contexts.

#pragma once

#include <ctx/executors/coroutine/context_promise.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <future>
#include <utility>

namespace ctx::test {

struct KnowsNothing {};

template <typename Base = KnowsNothing>
class [[nodiscard]] Lazy {
public:
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    struct Final {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle coroutine) const noexcept {
            return coroutine.promise().next;
        }
        void await_resume() const noexcept {}
    };

    struct promise_type : Base {
        std::coroutine_handle<> next;
        std::exception_ptr failure;

        Lazy get_return_object() { return Lazy{Handle::from_promise(*this)}; }
        auto initial_suspend() noexcept {
            if constexpr (std::same_as<Base, ContextPromise>) {
                return this->begin_with(std::suspend_always{});
            } else {
                return std::suspend_always{};
            }
        }
        auto final_suspend() noexcept {
            if constexpr (std::same_as<Base, ContextPromise>) {
                return this->end_with(Final{});
            } else {
                return Final{};
            }
        }
        void return_void() const noexcept {}
        void unhandled_exception() noexcept { failure = std::current_exception(); }
    };

    class Awaiter {
    public:
        explicit Awaiter(Handle coroutine) noexcept : coroutine_(coroutine) {}
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
            coroutine_.promise().next = awaiting;
            return coroutine_;
        }
        void await_resume() const {
            if (coroutine_.promise().failure) std::rethrow_exception(coroutine_.promise().failure);
        }

    private:
        Handle coroutine_;
    };

    Lazy(Lazy&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Lazy& operator=(Lazy&&) = delete;
    ~Lazy() {
        if (coroutine_) coroutine_.destroy();
    }

    Awaiter operator co_await() && noexcept { return Awaiter{coroutine_}; }

    /// Runs it here until it is suspended.
    void start() { coroutine_.resume(); }

    /// Runs it, from here on, and waits for its end.
    void run() && {
        std::promise<void> over;
        std::future<void> future = over.get_future();
        wait_for(std::move(*this), std::move(over));
        future.get();
    }

private:
    /// Begins at once, and frees itself: what waits for the end must outlive it.
    struct Waiting {
        struct promise_type {
            Waiting get_return_object() const noexcept { return {}; }
            std::suspend_never initial_suspend() const noexcept { return {}; }
            std::suspend_never final_suspend() const noexcept { return {}; }
            void return_void() const noexcept {}
            void unhandled_exception() const { std::terminate(); }
        };
    };
    static Waiting wait_for(Lazy coroutine, std::promise<void> over) {
        try {
            co_await std::move(coroutine);
            over.set_value();
        } catch (...) {
            over.set_exception(std::current_exception());
        }
    }

    explicit Lazy(Handle coroutine) noexcept : coroutine_(coroutine) {}
    Handle coroutine_;
};

/// Awaited: does not go on.
struct Never {
    Never() noexcept {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

}  // namespace ctx::test
