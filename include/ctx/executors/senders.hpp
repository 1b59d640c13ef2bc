// ctx/executors/senders.hpp: senders (P2300) whose completions have their request's context.
//
//     auto pool = ctx::carrying(threads.get_scheduler());   // once, where the pool is handed out
//
//     ctx::Scope scope{request};
//     start_detached(schedule(pool) | then([] { charge(); })); // with the context of the request
//
// | the work                            | what to do                                             |
// |-------------------------------------|--------------------------------------------------------|
// | goes to a pool of yours             | carrying(scheduler): all that is scheduled there       |
// | completes in somebody else's thread | sender | ctx::carry(), right behind that sender        |
// | belongs to another context          | sender | ctx::with_context(context)                    |
// | asks for the context                | read_env(ctx::get_context), or ctx::current()          |
//
// The context is captured when an operation is started: what the environment of the receiver
// answers to get_context, and without an answer what is current there. (Senders are connected long
// before, in other people's code.) It is current, inside a Boundary, wherever the sender completes,
// with a value, an error, or stopped, and for everything downstream that runs there, until the next
// sender that completes elsewhere: wrap that one too. Behind is too late: what stands between a
// source and its carry() runs when the source completes, without a context.
//
// with_context() is a Scope for what is upstream of it: that is started with the context, and finds
// it in its environment; what is downstream runs with the context from outside again.
//
// Works with senders of any library that has the member functions of std::execution; for stdexec
// include senders/stdexec.hpp, for others see senders/protocol.hpp. What stands left of
// `| ctx::carry()` is a sender, not another adaptor that waits for one. Tested with the senders of
// ctx's own tests, which follow that protocol. The part for a standard library with
// std::execution is written after C++26; none was at hand to test it with.
//
// The stop token of an environment and the one of a context (cancellation.hpp) are two: neither is
// asked to stop when the other is.
//
// Threads   As the senders: the context adds no restriction, and the thread on which one completes
//           gets its own context back.
// Errors    As the senders: errors and stops pass through. What is scheduled on a carrying scheduler
//           where there is no context runs, and is counted, as tasks of wrapped pools are
//           (`ctx_senders_tasks_without_context_total`).
// Cost      No allocation: the context is kept in the operation, from its start to its completion.
//           One increment and one decrement; two more for with_context().

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/executors/detail/sender_adaptor.hpp>
#include <ctx/executors/detail/sender_environment.hpp>
#include <ctx/executors/detail/task_count.hpp>
#include <ctx/executors/executor.hpp>
#include <ctx/executors/senders/protocol.hpp>

#include <type_traits>
#include <utility>

namespace ctx {

/// The query of environments for the context: `ctx::get_context(get_env(receiver))`.
inline constexpr get_context_t get_context{};

template <typename S>
class Carrying;

namespace detail {

template <typename S, typename Source>
AdaptedSender<std::remove_cvref_t<S>, Source> adapt(S&& sender, Source source) {
    return {std::forward<S>(sender), std::move(source)};
}

/// What follows a `|`.
template <typename Source>
struct [[nodiscard]] SenderAdaptor {
    Source source;

    template <Sender S>
    friend auto operator|(S&& sender, SenderAdaptor adaptor) {
        return adapt(std::forward<S>(sender), std::move(adaptor.source));
    }
};

/// What a sender says of itself, with the wrapped scheduler in place of the one inside.
template <typename Env, typename S>
class CarryingAttributes {
public:
    explicit CarryingAttributes(Env env) noexcept : env_(static_cast<Env&&>(env)) {}

    template <typename Query, typename... Args>
    requires Answers<Env, Query, Args...>
    [[nodiscard]] decltype(auto) query(Query query, Args&&... args) const noexcept {
        if constexpr (std::is_same_v<std::remove_cvref_t<Answer<Env, Query, Args...>>, S>) {
            return Carrying<S>{env_.query(query, std::forward<Args>(args)...)};
        } else {
            return env_.query(query, std::forward<Args>(args)...);
        }
    }

private:
    Env env_;
};

/// What is scheduled where there is no context is counted, unless that was said on purpose.
template <typename R>
struct CapturingTask : Capturing<R> {
    void begin() noexcept {
        Capturing<R>::begin();
        if constexpr (!Answers<EnvironmentOf<R>, get_context_t>) {
            count_if_empty(Adapter::senders, this->context);
        }
    }
};

template <typename S>
struct CaptureAtSchedule : CaptureAtStart {
    template <typename R>
    [[nodiscard]] CapturingTask<R> state(R receiver) && {
        return {{std::move(receiver), {}}};
    }
    template <typename Env>
    static CarryingAttributes<Env, S> attributes(Env&& env) noexcept {
        return CarryingAttributes<Env, S>{std::forward<Env>(env)};
    }
};

/// The tag of schedulers, where the library has one.
template <typename S>
struct SchedulerTag {};
template <typename S>
requires requires {
    typename S::scheduler_concept;
}
struct SchedulerTag<S> {
    using scheduler_concept = typename S::scheduler_concept;
};

}  // namespace detail

/// A sender that completes as `sender`, with the context that it was started with.
template <Sender S>
[[nodiscard]] auto carry(S&& sender) {
    return detail::adapt(std::forward<S>(sender), detail::CaptureAtStart{});
}
/// `sender | ctx::carry()`: the same.
[[nodiscard]] inline auto carry() noexcept {
    return detail::SenderAdaptor<detail::CaptureAtStart>{};
}

/// A sender that runs as `sender`, with `context`; an empty one is taken as it is.
template <Sender S>
[[nodiscard]] auto with_context(S&& sender, Context context) {
    return detail::adapt(std::forward<S>(sender), detail::GivenContext{std::move(context)});
}
/// `sender | ctx::with_context(context)`: the same.
[[nodiscard]] inline auto with_context(Context context) noexcept {
    return detail::SenderAdaptor<detail::GivenContext>{detail::GivenContext{std::move(context)}};
}

/// What carrying() returns: a scheduler that is equal to others exactly if those inside are, and
/// answers their queries.
template <typename S>
class [[nodiscard]] Carrying : public detail::SchedulerTag<S> {
public:
    explicit Carrying(S scheduler) noexcept(std::is_nothrow_move_constructible_v<S>)
        : scheduler_(std::move(scheduler)) {}

    /// Completes on the scheduler, with the context that it was started with.
    [[nodiscard]] auto schedule() const {
        return detail::adapt(scheduler_.schedule(), detail::CaptureAtSchedule<S>{});
    }

    template <typename Query, typename... Args>
    requires detail::Answers<S, Query, Args...>
    [[nodiscard]] decltype(auto) query(Query query, Args&&... args) const noexcept {
        return scheduler_.query(query, std::forward<Args>(args)...);
    }

    /// The scheduler itself: what is scheduled there directly completes without a context.
    [[nodiscard]] const S& inner() const noexcept { return scheduler_; }

    friend bool operator==(const Carrying& a, const Carrying& b) noexcept {
        return a.scheduler_ == b.scheduler_;
    }

private:
    S scheduler_;
};

/// Makes a scheduler carry contexts. One that does stays as it is.
template <Scheduler S>
[[nodiscard]] Carrying<std::remove_cvref_t<S>> carrying(S&& scheduler) {
    return Carrying<std::remove_cvref_t<S>>{std::forward<S>(scheduler)};
}
template <typename S>
[[nodiscard]] Carrying<S> carrying(Carrying<S> scheduler) {
    return scheduler;
}

}  // namespace ctx
