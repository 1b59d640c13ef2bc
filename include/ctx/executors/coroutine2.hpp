// ctx/executors/coroutine2.hpp: coroutines of Boost.Coroutine2 that keep their contexts.
//
//     using Lines = ctx::coroutines2::coroutine<std::string>;   // was: boost::coroutines2
//     Lines::pull_type lines{[&](Lines::push_type& sink) {      // with the context current here
//         ctx::Scope scope{ctx::extract(request)};
//         while (socket.read(line)) sink(line);                 // after each still the request's
//     }};
//     for (const std::string& line : lines) handle(line);       // with the context of this side
//
// Both sides have their own current context after every switch, and their catch blocks their own
// exception, on whatever thread they go on; a Scope may be held over any number of switches.
// Destroying a coroutine that waits unwinds it with its own context. Values are handed over between
// the sides, where no context is current. As Boost's types, but for begin() and end() of a
// push_type, which are left out.
//
// Threads   As Boost's: a coroutine may be resumed on any thread, one at a time.
// Errors    As Boost's: what the coroutine throws comes out of the call that resumed it, in the
//           context of that side. A `catch (...)` in the coroutine must let
//           boost::context::detail::forced_unwind pass.
// Cost      As ctx/executors/fiber.hpp, per switch and to make; no allocation more than Boost's.
//
// Not told to sanitizers: Boost switches by itself. ctx::fiber is.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/detail/fiber_side.hpp>

#include <boost/coroutine2/coroutine.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

namespace ctx::coroutines2 {

namespace detail {

/// Around everything that may switch to the other side.
class [[nodiscard]] Switch {
public:
    [[nodiscard]] Switch() noexcept = default;
    Switch(const Switch&) = delete;
    Switch& operator=(const Switch&) = delete;

private:
    [[no_unique_address]] ctx::detail::FiberExceptionKeeper exceptions_;
    ctx::detail::WordKeeper word_;
};

/// What both ends share: Boost's object, the owner's or the one that the coroutine is given.
template <typename Inner>
class End {
public:
    explicit operator bool() const noexcept { return static_cast<bool>(inner_); }
    bool operator!() const noexcept { return !inner_; }

    End(End&&) noexcept = default;
    End& operator=(End&& other) noexcept {
        if (this == &other) return *this;
        reset();
        inner_ = std::move(other.inner_);
        return *this;
    }
    ~End() { reset(); }

protected:
    explicit End(Inner inner) noexcept : inner_(std::move(inner)) {}

    /// Makes the coroutine: Boost starts it at once.
    template <typename OtherEnd, typename OtherInner, typename StackAllocator, typename F>
    static Inner make(StackAllocator&& allocator, Context context, F&& function) {
        auto body = [context = std::move(context),
                     callee =
                         std::decay_t<F>(std::forward<F>(function))](OtherInner& boost) mutable {
            const Boundary boundary{std::move(context)};
            std::decay_t<F> moved(std::move(callee));
            OtherEnd end{std::move(boost)};
            moved(end);
        };
        const Switch there_and_back;
        return Inner(std::forward<StackAllocator>(allocator), std::move(body));
    }

    Inner& inner() noexcept { return inner_; }

private:
    /// Not inlined: g++ 12 would warn of a variable of Boost's, in a branch that is not taken.
    [[gnu::noinline]] void reset() noexcept {
        const Switch there_and_back;
        const Inner gone{std::move(inner_)};
    }

    Inner inner_;
};

}  // namespace detail

template <typename T>
class pull_coroutine;
template <typename T>
class push_coroutine;

namespace detail {
template <typename T>
using BoostPull = typename boost::coroutines2::coroutine<T>::pull_type;
template <typename T>
using BoostPush = typename boost::coroutines2::coroutine<T>::push_type;

/// Boost's iterator, which switches when it goes on.
template <typename T>
class PullIterator {
    using Boost = typename BoostPull<T>::iterator;

public:
    using iterator_category = std::input_iterator_tag;
    using value_type = typename Boost::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = typename Boost::pointer;
    using reference = typename Boost::reference;

    PullIterator() noexcept = default;
    explicit PullIterator(BoostPull<T>* from) noexcept : boost_(from) {}

    PullIterator& operator++() {
        const Switch there_and_back;
        ++boost_;
        return *this;
    }
    void operator++(int) { ++*this; }
    reference operator*() const noexcept { return *boost_; }
    pointer operator->() const noexcept { return boost_.operator->(); }
    friend bool operator==(const PullIterator& a, const PullIterator& b) noexcept {
        return a.boost_.operator==(b.boost_);
    }

private:
    Boost boost_;
};

template <typename F, typename OtherEnd>
concept Body = std::is_invocable_v < std::decay_t<F>
&, OtherEnd& > ;
}  // namespace detail

/// The end that takes values out.
template <typename T>
class [[nodiscard]] pull_coroutine : public detail::End<detail::BoostPull<T>> {
    using Other = push_coroutine<T>;
    using Base = detail::End<detail::BoostPull<T>>;

public:
    /// Runs `function` with the current context, or with `context`, up to its first value.
    template <detail::Body<Other> F>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): only what can be called with an end
    explicit pull_coroutine(F&& function)
        : pull_coroutine(boost::context::fixedsize_stack{}, std::forward<F>(function)) {}
    template <detail::Body<Other> F>
    pull_coroutine(Context context, F&& function)
        : pull_coroutine(boost::context::fixedsize_stack{}, std::move(context),
                         std::forward<F>(function)) {}
    template <typename StackAllocator, detail::Body<Other> F>
    pull_coroutine(StackAllocator&& allocator, F&& function)
        : pull_coroutine(std::forward<StackAllocator>(allocator), Context{current()},
                         std::forward<F>(function)) {}
    template <typename StackAllocator, detail::Body<Other> F>
    pull_coroutine(StackAllocator&& allocator, Context context, F&& function)
        : Base(Base::template make<Other, detail::BoostPush<T>>(
              std::forward<StackAllocator>(allocator), std::move(context),
              std::forward<F>(function))) {}

    /// Resumes the other side, up to its next value or its end.
    pull_coroutine& operator()() {
        const detail::Switch there_and_back;
        this->inner()();
        return *this;
    }

    /// The value that is there.
    T get() noexcept requires(!std::is_void_v<T>) { return this->inner().get(); }

    /// A single pass over the values that are left.
    auto begin() requires(!std::is_void_v<T>) { return detail::PullIterator<T>{&this->inner()}; }
    auto end() requires(!std::is_void_v<T>) { return detail::PullIterator<T>{}; }

private:
    template <typename>
    friend class detail::End;
    explicit pull_coroutine(detail::BoostPull<T> inner) noexcept : Base(std::move(inner)) {}
};

/// The end that puts values in.
template <typename T>
class [[nodiscard]] push_coroutine : public detail::End<detail::BoostPush<T>> {
    using Other = pull_coroutine<T>;
    using Base = detail::End<detail::BoostPush<T>>;

public:
    /// `function` will run with the current context, or with `context`, from the first value on.
    template <detail::Body<Other> F>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): only what can be called with an end
    explicit push_coroutine(F&& function)
        : push_coroutine(boost::context::fixedsize_stack{}, std::forward<F>(function)) {}
    template <detail::Body<Other> F>
    push_coroutine(Context context, F&& function)
        : push_coroutine(boost::context::fixedsize_stack{}, std::move(context),
                         std::forward<F>(function)) {}
    template <typename StackAllocator, detail::Body<Other> F>
    push_coroutine(StackAllocator&& allocator, F&& function)
        : push_coroutine(std::forward<StackAllocator>(allocator), Context{current()},
                         std::forward<F>(function)) {}
    template <typename StackAllocator, detail::Body<Other> F>
    push_coroutine(StackAllocator&& allocator, Context context, F&& function)
        : Base(Base::template make<Other, detail::BoostPull<T>>(
              std::forward<StackAllocator>(allocator), std::move(context),
              std::forward<F>(function))) {}

    /// Hands `value` over (nothing, for `void`) and resumes the other side.
    template <typename... Value>
    requires std::is_invocable_v < detail::BoostPush<T>
    &, Value... > push_coroutine& operator()(Value&&... value) {
        const detail::Switch there_and_back;
        this->inner()(std::forward<Value>(value)...);
        return *this;
    }

private:
    template <typename>
    friend class detail::End;
    explicit push_coroutine(detail::BoostPush<T> inner) noexcept : Base(std::move(inner)) {}
};

/// As boost::coroutines2::coroutine.
template <typename T>
struct coroutine {  // NOLINT(readability-identifier-naming): stands beside Boost's
    using pull_type = pull_coroutine<T>;
    using push_type = push_coroutine<T>;
};

}  // namespace ctx::coroutines2
