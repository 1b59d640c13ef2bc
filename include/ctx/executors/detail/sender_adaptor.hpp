// The one adaptor of senders that senders.hpp is made of: a sender runs with one context, and what
// it completes with is told with another one, or the same.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/detail/sender_environment.hpp>
#include <ctx/executors/senders/protocol.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace ctx::detail {

/// The sender runs, and is told of, with the context that it is started with.
template <typename R>
struct Capturing {
    using Receiver = R;
    R receiver;
    Context context;

    void begin() noexcept { context = Context{get_context_t{}(environment_of(receiver))}; }
    [[nodiscard]] ContextView inside() const noexcept { return context; }

    /// @param tell  calls the receiver; this object may be gone afterwards.
    template <typename Tell>
    void complete(Tell tell) noexcept {
        const Boundary boundary{std::move(context)};
        tell(std::move(receiver));
    }
};

/// The sender runs with a given context, and is told of with the one that it is started with.
template <typename R>
struct Giving : Capturing<R> {
    Context given;

    [[nodiscard]] ContextView inside() const noexcept { return given; }

    template <typename Tell>
    void complete(Tell tell) noexcept {
        const Context borrowed_by_what_is_told = std::move(given);
        Capturing<R>::complete(std::move(tell));
    }
};

/// What the adapted sender tells, and asks.
template <typename State, typename Protocol>
class AdaptedReceiver {
    using Next = typename State::Receiver;

public:
    using receiver_concept = typename Next::receiver_concept;

    explicit AdaptedReceiver(State& state) noexcept : state_(&state) {}

    template <typename... Values>
    requires requires(Next next, Values&&... values) {
        std::move(next).set_value(std::forward<Values>(values)...);
    }
    void set_value(Values&&... values) noexcept {
        state_->complete([&](Next&& next) noexcept {
            std::move(next).set_value(std::forward<Values>(values)...);
        });
    }

    template <typename Error>
    requires requires(Next next, Error&& error) {
        std::move(next).set_error(std::forward<Error>(error));
    }
    void set_error(Error&& error) noexcept {
        state_->complete(
            [&](Next&& next) noexcept { std::move(next).set_error(std::forward<Error>(error)); });
    }

    void set_stopped() noexcept requires requires(Next next) { std::move(next).set_stopped(); }
    {
        state_->complete([](Next&& next) noexcept { std::move(next).set_stopped(); });
    }

    [[nodiscard]] auto get_env() const noexcept {
        return ContextEnvironment<EnvironmentOf<Next>, Protocol>{state_->inside(),
                                                                 environment_of(state_->receiver)};
    }

private:
    State* state_;
};

/// The tag of operations, where the library has one.
template <typename Operation>
struct OperationTag {};
template <typename Operation>
requires requires {
    typename Operation::operation_state_concept;
}
struct OperationTag<Operation> {
    using operation_state_concept = typename Operation::operation_state_concept;
};

template <typename S, typename State, typename Protocol>
using AdaptedOperationOf = decltype(Protocol::connect(
    std::declval<S>(), std::declval<AdaptedReceiver<State, Protocol>>()));

template <typename S, typename State, typename Protocol>
class AdaptedOperation : public OperationTag<AdaptedOperationOf<S, State, Protocol>> {
public:
    AdaptedOperation(S&& sender, State state)
        : state_(std::move(state)),
          adapted_(Protocol::connect(std::forward<S>(sender),
                                     AdaptedReceiver<State, Protocol>{state_})) {}
    AdaptedOperation(AdaptedOperation&&) = delete;

    /// The operation may be gone when this returns, as always.
    void start() & noexcept {
        state_.begin();
        const ContextView inside = state_.inside();
        if (inside == current()) {
            Protocol::start(adapted_);
        } else {
            const Boundary boundary{Context{inside}};
            Protocol::start(adapted_);
        }
    }

private:
    State state_;  // outlives what points to it
    AdaptedOperationOf<S, State, Protocol> adapted_;
};

/// `Source` makes the state of an operation for a receiver.
template <typename S, typename Source>
class [[nodiscard]] AdaptedSender {
public:
    using sender_concept = typename S::sender_concept;

private:
    using Protocol = SenderProtocol<sender_concept>;
    template <typename Self>
    using Like = std::conditional_t<std::is_lvalue_reference_v<Self>, const S&, S>;
    template <typename Env>
    using Inside = ContextEnvironment<std::remove_cvref_t<Env>, Protocol>;

public:
    AdaptedSender(S sender, Source source)
        : sender_(std::move(sender)), source_(std::move(source)) {}

    template <typename R>
    [[nodiscard]] auto connect(R receiver) && {
        return operation<S>(std::move(sender_),
                            std::move(source_).template state<R>(std::move(receiver)));
    }
    template <typename R>
    [[nodiscard]] auto connect(R receiver) const& {
        return operation<const S&>(sender_, Source{source_}.template state<R>(std::move(receiver)));
    }

    /// It completes as the adapted one.
    template <typename Self, typename... Env>
    static constexpr auto get_completion_signatures() noexcept ->
        typename Protocol::template Signatures<Like<Self>, Inside<Env>...> {
        return {};
    }
    template <typename Env>
    constexpr auto get_completion_signatures(const Env& /*env*/) const noexcept ->
        typename Protocol::template Signatures<S, Inside<Env>> {
        return {};
    }

    [[nodiscard]] decltype(auto) get_env() const noexcept {
        return source_.attributes(environment_of(sender_));
    }

private:
    template <typename From, typename State>
    static auto operation(From&& sender, State state) {
        return AdaptedOperation<From, State, Protocol>{std::forward<From>(sender),
                                                       std::move(state)};
    }

    S sender_;
    [[no_unique_address]] Source source_;
};

struct CaptureAtStart {
    template <typename R>
    [[nodiscard]] Capturing<R> state(R receiver) && {
        return {std::move(receiver), {}};
    }
    /// What the sender says of itself is what the adapted one says.
    template <typename Env>
    static Env attributes(Env&& env) noexcept {
        return std::forward<Env>(env);
    }
};

struct GivenContext : CaptureAtStart {
    Context context;

    explicit GivenContext(Context given) noexcept : context(std::move(given)) {}
    template <typename R>
    [[nodiscard]] Giving<R> state(R receiver) && {
        return {{std::move(receiver), {}}, std::move(context)};
    }
};

}  // namespace ctx::detail
