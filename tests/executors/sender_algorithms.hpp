// Adaptors and consumers of senders, for the harness.

#pragma once

#include "executors/sender_harness.hpp"
#include "executors/support.hpp"

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace ctx::test::harness {

/// Hands everything on; the receivers of adaptors say what they do otherwise.
template <typename Next>
struct PassOn {
    using receiver_concept = receiver_t;
    Next next;

    template <typename... Values>
    void set_value(Values&&... values) noexcept {
        std::move(next).set_value(std::forward<Values>(values)...);
    }
    template <typename Error>
    void set_error(Error&& error) noexcept {
        std::move(next).set_error(std::forward<Error>(error));
    }
    void set_stopped() noexcept { std::move(next).set_stopped(); }
    decltype(auto) get_env() const noexcept { return harness::get_env(next); }
};

/// `sender | then(f)` calls any closure with the sender.
template <typename F>
struct Closure {
    explicit Closure(F function) : adapt(std::move(function)) {}
    F adapt;
    template <sender S>
    friend auto operator|(S&& from, Closure closure) {
        return closure.adapt(std::forward<S>(from));
    }
};

/// A sender whose receiver is wrapped by `Wrap` before `From` is connected.
template <typename From, typename Wrap>
struct Wrapped {
    using sender_concept = sender_t;
    From from;
    Wrap wrap;
    template <typename R>
    auto connect(R to) && {
        return harness::connect(std::move(from), std::move(wrap)(std::move(to)));
    }
    template <typename R>
    auto connect(R to) const& {
        return harness::connect(from, Wrap{wrap}(std::move(to)));
    }
};
template <typename Wrap>
auto wrapping(Wrap wrap) {
    return Closure{[wrap = std::move(wrap)]<typename S>(S&& from) {
        return Wrapped<std::remove_cvref_t<S>, Wrap>{std::forward<S>(from), wrap};
    }};
}

template <typename Next, typename F>
struct ThenReceiver : PassOn<Next> {
    F function;
    template <typename... Values>
    void set_value(Values&&... values) noexcept {
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<F, Values...>>) {
                function(std::forward<Values>(values)...);
                std::move(this->next).set_value();
            } else {
                std::move(this->next).set_value(function(std::forward<Values>(values)...));
            }
        } catch (...) {  // set_value() throws nothing
            std::move(this->next).set_error(std::current_exception());
        }
    }
};
template <typename F>
auto then(F function) {
    return wrapping([function]<typename R>(R next) {
        return ThenReceiver<R, F>{{std::move(next)}, function};
    });
}

/// What the receiver downstream has, but for one query.
template <typename Env, typename Query, typename Value>
struct EnvWith {
    Env env;
    Value value;
    const Value& query(Query /*query*/) const noexcept { return value; }
    template <typename Other, typename E = Env>
    requires(!std::same_as<Other, Query>) auto query(Other other) const noexcept
        -> decltype(std::declval<const E&>().query(other)) {
        return env.query(other);
    }
};
template <typename Next, typename Query, typename Value>
struct EnvReceiver : PassOn<Next> {
    Value value;
    auto get_env() const noexcept {
        using Env = std::remove_cvref_t<decltype(harness::get_env(this->next))>;
        return EnvWith<Env, Query, const Value&>{harness::get_env(this->next), value};
    }
};
template <typename Query, typename Value>
auto write_env(Query /*query*/, Value value) {
    return wrapping([value]<typename R>(R next) {
        return EnvReceiver<R, Query, Value>{{std::move(next)}, value};
    });
}

/// Starts the sender that `F` makes when the first one has completed.
template <typename From, typename F, typename R>
struct LetState {
    using operation_state_concept = operation_state_t;
    struct Receiver : PassOn<R> {
        LetState* state;
        void set_value() noexcept {
            state->second.emplace(
                [this] { return harness::connect(state->function(), std::move(this->next)); });
            harness::start(state->second->operation);
        }
    };
    struct Second {
        template <typename Make>
        explicit Second(Make make) : operation(make()) {}
        Operation<std::invoke_result_t<F&>, R> operation;
    };

    LetState(From from, F next, R to)
        : function(std::move(next)),
          first(harness::connect(std::move(from), Receiver{{std::move(to)}, this})) {}
    void start() noexcept { harness::start(first); }

    F function;
    Operation<From, Receiver> first;
    std::optional<Second> second;
};
template <typename From, typename F>
struct Let {
    using sender_concept = sender_t;
    From from;
    F function;
    template <typename R>
    LetState<From, F, R> connect(R to) const {
        return {from, function, std::move(to)};
    }
};
template <typename F>
auto let(F function) {
    return Closure{[function]<typename S>(S&& from) {
        return Let<std::remove_cvref_t<S>, F>{std::forward<S>(from), function};
    }};
}

/// Completes when both have; with an error, or stopped, if one has.
template <typename A, typename B, typename R>
struct BothState {
    using operation_state_concept = operation_state_t;
    struct Receiver {
        using receiver_concept = receiver_t;
        BothState* state;
        void set_value() noexcept { state->one_ended(); }
        void set_error(std::exception_ptr failure) noexcept {
            if (!state->failed.exchange(true)) state->error = std::move(failure);
            state->one_ended();
        }
        void set_stopped() noexcept {
            state->stopped = true;
            state->one_ended();
        }
        decltype(auto) get_env() const noexcept { return harness::get_env(state->to); }
    };

    BothState(A first, B second, R receiver)
        : to(std::move(receiver)),
          a(harness::connect(std::move(first), Receiver{this})),
          b(harness::connect(std::move(second), Receiver{this})) {}
    void start() noexcept {
        harness::start(a);
        harness::start(b);
    }
    void one_ended() noexcept {
        if (--open > 0) return;
        if (failed) return std::move(to).set_error(error);
        if (stopped) return std::move(to).set_stopped();
        std::move(to).set_value();
    }

    R to;
    std::atomic<int> open{2};
    std::atomic<bool> failed{false};
    std::atomic<bool> stopped{false};
    std::exception_ptr error;
    Operation<A, Receiver> a;
    Operation<B, Receiver> b;
};
template <typename A, typename B>
struct Both {
    using sender_concept = sender_t;
    A a;
    B b;
    template <typename R>
    BothState<A, B, R> connect(R to) const {
        return {a, b, std::move(to)};
    }
};
template <sender A, sender B>
Both<A, B> when_all(A a, B b) {
    return {std::move(a), std::move(b)};
}

// Consumers ---------------------------------------------------------------------------------------

/// Ends here: reports to the object that it points to.
template <typename Report>
struct Reporter {
    using receiver_concept = receiver_t;
    Report* report;

    template <typename... Values>
    void set_value(Values&&... values) noexcept {
        report->on_value(std::forward<Values>(values)...);
    }
    void set_error(std::exception_ptr error) noexcept { report->on_error(std::move(error)); }
    void set_stopped() noexcept { report->on_stopped(); }
};

enum class Completion { none, value, error, stopped };

/// What an operation completed with, and the context that was current then.
struct Report {
    void on_value() noexcept { end(Completion::value); }
    void on_error(std::exception_ptr /*error*/) noexcept { end(Completion::error); }
    void on_stopped() noexcept { end(Completion::stopped); }

    void end(Completion with) noexcept {
        const std::lock_guard lock{mutex};  // held until the notification is over
        seen = here();
        completion = with;
        ended.notify_one();
    }
    Completion wait() {
        std::unique_lock lock{mutex};
        ended.wait(lock, [this] { return completion != Completion::none; });
        return completion;
    }

    std::mutex mutex;
    std::condition_variable ended;
    Completion completion = Completion::none;
    const detail::Node* seen = nullptr;
};

/// Waits for a sender without values.
template <sender S>
Completion sync_wait(S from) {
    Report report;
    auto operation = connect(std::move(from), Reporter<Report>{&report});
    start(operation);
    return report.wait();
}

/// An operation that frees itself when it has completed.
template <typename S>
class Detached {
public:
    explicit Detached(S from) : operation_(connect(std::move(from), Reporter<Detached>{this})) {}
    void start() noexcept { harness::start(operation_); }
    void on_value() noexcept { delete this; }
    void on_error(std::exception_ptr /*error*/) noexcept { delete this; }
    void on_stopped() noexcept { delete this; }

private:
    Operation<S, Reporter<Detached>> operation_;
};
template <sender S>
void start_detached(S from) {
    (new Detached<S>{std::move(from)})->start();
}

}  // namespace ctx::test::harness
