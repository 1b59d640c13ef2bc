// ctx/executors/coroutine/generator.hpp: a sequence from a coroutine that keeps its context.
//
//     ctx::generator<Row> rows(Query query) {
//         ctx::Scope scope{…};                       // may be held over co_yield
//         while (auto row = next(query)) co_yield *row;
//     }
//     for (const Row& row : rows(query)) { use(row); }   // here the consumer's context is current
//
// Its body runs with the context that was current when it was called, whoever asks for values.
//
// Threads   Used by one thread at a time; which one may change between two values.
// Errors    An exception of the body comes out of begin() or ++.
// Cost      One frame; per value two moves of the context.

#pragma once

#include <ctx/executors/coroutine/context_promise.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace ctx {

template <typename T>
class [[nodiscard]] generator {
    static_assert(!std::is_reference_v<T>, "values are handed out by reference as it is");

public:
    class promise_type : public ContextPromise {
    public:
        generator get_return_object() noexcept {
            return generator{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        auto initial_suspend() noexcept { return begin_with(std::suspend_always{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_always{}); }
        auto yield_value(const T& value) noexcept {
            value_ = std::addressof(value);
            return pause_with(std::suspend_always{});
        }
        void return_void() const noexcept {}
        void unhandled_exception() noexcept { failure_ = std::current_exception(); }

        template <typename Awaitable>
        void await_transform(Awaitable&&) = delete;  // a generator is asked, it does not wait

        [[nodiscard]] const T& value() const noexcept { return *value_; }
        void rethrow_failure() {
            if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        }

    private:
        const T* value_ = nullptr;
        std::exception_ptr failure_;
    };

    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = const T*;
        using reference = const T&;

        iterator() noexcept = default;
        explicit iterator(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {
            advance();
        }
        reference operator*() const noexcept { return coroutine_.promise().value(); }
        pointer operator->() const noexcept { return std::addressof(**this); }
        iterator& operator++() {
            advance();
            return *this;
        }
        void operator++(int) { advance(); }
        friend bool operator==(const iterator& at, std::default_sentinel_t) noexcept {
            return at.coroutine_.done();
        }

    private:
        void advance() {
            coroutine_.resume();
            coroutine_.promise().rethrow_failure();
        }
        std::coroutine_handle<promise_type> coroutine_;
    };

    generator(generator&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    generator& operator=(generator&& other) noexcept {
        generator moved{std::move(other)};
        std::swap(coroutine_, moved.coroutine_);
        return *this;
    }
    /// The body unwinds in its own context.
    ~generator() {
        if (coroutine_) coroutine_.destroy();
    }

    /// Runs the body up to its first value. To be called once.
    [[nodiscard]] iterator begin() { return iterator{coroutine_}; }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    explicit generator(std::coroutine_handle<promise_type> coroutine) noexcept
        : coroutine_(coroutine) {}
    std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace ctx
