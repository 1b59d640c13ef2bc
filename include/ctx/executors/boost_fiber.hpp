// ctx/executors/boost_fiber.hpp: a scheduler of Boost.Fiber whose fibers keep their contexts.
//
//     namespace bf = boost::fibers;
//     bf::use_scheduling_algorithm<ctx::fibers::algo<bf::algo::round_robin>>();  // on each thread
//     bf::fiber session{[] {                     // has the context of whoever starts it
//         queue.pop();                           // others run, with contexts of their own
//         spdlog::info("done");                  // still with the ids of the request
//     }};
//
// algo<Base> schedules as Base does, which is `round_robin`, `work_stealing`, `shared_work` or a
// scheduler of your own, and takes the arguments of its constructors. A fiber starts with the
// context that is current where it is made, posted or dispatched; `ctx::bind(context, function)`
// gives it another. From then on it has its own after every switch, on whatever thread it goes on:
// a Scope may be held over any wait. So have catch blocks their own exception (Boost carries that
// by itself from 1.88 on only).
//
// The context is kept in the fiber's properties. A scheduler with properties of its own derives
// them from ctx::fibers::properties, and so do properties that are given to a fiber; with another
// Base, `algo<Base, Properties>` makes them.
//
// Threads   As Base. Use algo<> on every thread of a scheduler that shares its fibers, before the
//           thread makes any.
// Errors    As Boost.Fiber: the first time a fiber is scheduled its properties are allocated, and
//           want of memory ends the process. Properties of another kind are a programming error.
//           Fibers that are made without a context are counted
//           (`ctx_boost_fiber_fibers_without_context_total`).
// Cost      Per switch two exchanges (the thread's word, the exception state), no atomic, no
//           allocation: bench/boost_fiber_bench.cpp. Per fiber one allocation, and one relaxed
//           increment of the context.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/detail/switch.hpp>
#include <ctx/executors/detail/exception_state.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <boost/fiber/algo/algorithm.hpp>
#include <boost/fiber/context.hpp>
#include <boost/fiber/properties.hpp>
#include <boost/fiber/type.hpp>
#include <boost/version.hpp>

#include <cassert>
#include <concepts>
#include <utility>

namespace ctx::fibers {

/// What a fiber keeps while it does not run.
// NOLINTNEXTLINE(readability-identifier-naming): stands beside Boost's
class properties : public boost::fibers::fiber_properties {
public:
    /// @param fiber  null for properties that are given to the constructor of a fiber.
    explicit properties(boost::fibers::context* fiber) noexcept : fiber_properties(fiber) {}
    ~properties() override { ctx::detail::release_node(word_.node); }

    properties(const properties&) = delete;
    properties& operator=(const properties&) = delete;

    /// The fiber is scheduled for the first time: by whoever made it, whose context it gets. The
    /// thread's first fiber and the one that schedules are nobody's work.
    void begin(const boost::fibers::context& fiber) noexcept {
        if (begun_) return;
        begun_ = true;
        if (fiber.is_context(boost::fibers::type::worker_context)) {
            const ContextView maker = current();
            ctx::detail::count_if_empty(ctx::detail::Adapter::boost_fiber, maker);
            word_.node = Context{maker}.release();
        }
        running_ = fiber.is_context(boost::fibers::type::main_context);
    }

    /// The thread goes from the fiber of `from` to the one of `to`.
    static void switch_between(properties& from, properties& to) noexcept {
        from.running_ = false;
        to.running_ = true;
        from.word_ = ctx::detail::exchange_word(std::exchange(to.word_, {}));
#if BOOST_VERSION < 108800
        from.exceptions_ = ctx::detail::exchange_exception_state(std::exchange(to.exceptions_, {}));
#endif
    }

    /// Whether the thread's word is this fiber's.
    [[nodiscard]] bool running() const noexcept {
        return running_;
    }

private:
    ctx::detail::Word word_{};
    ctx::detail::ExceptionState exceptions_{};
    bool begun_ = false;
    bool running_ = false;
};

namespace detail {

template <typename P>
P made_by(const boost::fibers::algo::algorithm_with_properties<P>*);

/// A scheduler that makes properties by itself: what it has to be told with each fiber.
template <typename Base>
concept WithProperties = requires(const Base* base) {
    made_by(base);
};

/// Decides when to switch. `of(fiber)` gives the properties of a fiber, made if necessary.
template <typename Of>
void picked(boost::fibers::context* next, const Of& of) noexcept {
    boost::fibers::context* const active = boost::fibers::context::active();
    if (next == nullptr || next == active) return;
    properties& from = of(active);
    properties& to = of(next);
    from.begin(*active);
    to.begin(*next);
    properties::switch_between(from, to);
}

/// A fiber that is running and becomes ready was left without pick_next(): for a new one that is
/// dispatched, or because pick_next() took it and it was put back (for another scheduler).
template <typename Of>
void awoken(boost::fibers::context& fiber, const Of& of) noexcept {
    properties& ready = of(&fiber);
    ready.begin(fiber);
    boost::fibers::context* const active = boost::fibers::context::active();
    if (!ready.running() || active == &fiber) return;
    properties& to = of(active);
    to.begin(*active);
    properties::switch_between(ready, to);
}

}  // namespace detail

/// Schedules as `Base`. `Properties` are made for each fiber that has none.
template <typename Base, typename Properties = properties>
// NOLINTNEXTLINE(readability-identifier-naming): as Boost's namespace of them
class algo : public Base {
    static_assert(std::derived_from<Properties, properties>,
                  "ctx::fibers: derive the properties from ctx::fibers::properties");

public:
    using Base::Base;

    void awakened(boost::fibers::context* fiber) noexcept override {
        detail::awoken(*fiber, of);
        Base::awakened(fiber);
    }
    boost::fibers::context* pick_next() noexcept override {
        boost::fibers::context* const next = Base::pick_next();
        detail::picked(next, of);
        return next;
    }

private:
    static properties& of(boost::fibers::context* fiber) {
        if (fiber->get_properties() == nullptr) fiber->set_properties(new Properties(fiber));
        assert(dynamic_cast<properties*>(fiber->get_properties()) != nullptr);
        return static_cast<properties&>(*fiber->get_properties());
    }
};

/// The same for a scheduler with properties of its own, which derive from ctx::fibers::properties.
template <detail::WithProperties Base, typename Unused>
class algo<Base, Unused> : public Base {
    using Properties = decltype(detail::made_by(static_cast<const Base*>(nullptr)));
    static_assert(std::derived_from<Properties, properties>,
                  "ctx::fibers: derive the scheduler's properties from ctx::fibers::properties");

public:
    using Base::Base;

    void awakened(boost::fibers::context* fiber, Properties& own) noexcept override {
        detail::awoken(*fiber, of());
        Base::awakened(fiber, own);
    }
    boost::fibers::context* pick_next() noexcept override {
        boost::fibers::context* const next = Base::pick_next();
        detail::picked(next, of());
        return next;
    }

private:
    auto of() noexcept {
        return [this](boost::fibers::context* fiber) -> properties& {
            if (fiber->get_properties() == nullptr)
                fiber->set_properties(this->new_properties(fiber));
            return static_cast<Properties&>(*fiber->get_properties());
        };
    }
};

}  // namespace ctx::fibers
