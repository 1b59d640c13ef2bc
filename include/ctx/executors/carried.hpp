// ctx/executors/carried.hpp: a value and the context it was made in, for queues of other people.
//
//     SomeQueue<ctx::Carried<Order>> queue;
//     queue.push(ctx::Carried{order});                    // here: the caller's context goes along
//
//     ctx::Carried<Order> item = queue.pop();             // there
//     const ctx::Scope scope = item.scope();              // the sender's context is current
//     charge(*item);
//
//     auto price = ctx::carry([](const Order& o) { return price_of(o); });   // a stage between two
//     ctx::Carried<Price> next = price(item);                                // queues, or a node
//
// Threads   As the value inside: the context adds no restriction.
// Errors    As the value inside.
// Cost      Making: one relaxed increment. Moving: none. Eight bytes more than the value.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace ctx {

template <typename T>
class Carried {
public:
    using value_type = T;

    /// No context, and a value of its own: what queues keep in empty places.
    Carried() requires std::is_default_constructible_v<T>
    = default;

    /// `value` and the context that is current now.
    explicit Carried(T value) : value_(std::move(value)), context_(current()) {}

    /// `value` and an explicit context; an empty one is taken as it is.
    Carried(Context context, T value) : value_(std::move(value)), context_(std::move(context)) {}

    [[nodiscard]] T& operator*() & noexcept { return value_; }
    [[nodiscard]] const T& operator*() const& noexcept { return value_; }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
    [[nodiscard]] T* operator->() noexcept { return &value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    [[nodiscard]] const Context& context() const& noexcept { return context_; }
    [[nodiscard]] Context&& context() && noexcept { return std::move(context_); }

    /// Makes the context current for as long as the result lives.
    [[nodiscard]] Scope scope(const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) const noexcept {
        return Scope{context_, file, line};
    }

private:
    T value_{};
    Context context_;  // the second: a value whose move throws still has it
};

/// What carry() returns.
template <typename F>
class [[nodiscard]] CarriedCall {
public:
    explicit CarriedCall(F callable) : callable_(std::move(callable)) {}

    template <typename T>
    requires std::is_invocable_v<const F&, const T&>
    auto operator()(const Carried<T>& item) const { return run(item.context(), *item); }

    template <typename T>
    requires std::is_invocable_v<const F&, T> &&(!std::is_invocable_v<const F&, const T&>)auto
    operator()(Carried<T>&& item) const {
        Context context = std::move(item).context();
        return run(context, *std::move(item));
    }

private:
    template <typename T>
    auto run(const Context& context, T&& value) const {
        const Boundary boundary{context};
        using Result = std::invoke_result_t<const F&, T>;
        if constexpr (std::is_void_v<Result>) {
            std::invoke(callable_, std::forward<T>(value));
        } else {
            return Carried<std::decay_t<Result>>{context,
                                                 std::invoke(callable_, std::forward<T>(value))};
        }
    }

    [[no_unique_address]] F callable_;
};

/// `callable` for values as a callable for carried ones: it runs with the context of each item, and
/// its result carries that on. Exceptions pass through; the thread has its own context by then.
template <typename F>
CarriedCall<std::decay_t<F>> carry(F&& callable) {
    return CarriedCall<std::decay_t<F>>{std::forward<F>(callable)};
}

}  // namespace ctx
