// What a C callback's `void*` points to: a bound callable without its type, and who still has it.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/executors/bind.hpp>
#include <ctx/export.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace ctx::detail {

/// Counts the exception that is being handled and tells the diagnostics handler its words.
CTX_EXPORT void report_callback_exception() noexcept;

/// Counts and reports a one-shot callback that C called a second time.
CTX_EXPORT void report_second_call() noexcept;

template <typename F>
using LvalueOf = std::add_lvalue_reference_t<std::decay_t<F>>;

struct NoResult {};
template <typename R>
using CallbackResult = std::conditional_t<std::is_void_v<R>, NoResult, R>;

template <typename R, typename... Args>
class CallbackState {
public:
    CallbackState() = default;
    virtual ~CallbackState() = default;
    CallbackState(const CallbackState&) = delete;
    CallbackState& operator=(const CallbackState&) = delete;

    R call(Args... args) noexcept {
        try {
            return run(std::forward<Args>(args)...);
        } catch (...) {
            report_callback_exception();
        }
        return failed();
    }

    R failed() const noexcept {
        if constexpr (!std::is_void_v<R>) return on_exception;
    }

    /// Destroys the callable while its context is current, so that destructors see the context.
    void destroy() noexcept {
        const Boundary boundary{Context{context()}};
        delete this;
    }

    CallbackResult<R> on_exception{};

private:
    virtual R run(Args... args) = 0;
    [[nodiscard]] virtual ContextView context() const noexcept = 0;
};

/// Owned by the handle and by C: whichever is last frees it.
template <typename R, typename... Args>
class OnceState : public CallbackState<R, Args...> {
public:
    static constexpr bool called_as_rvalue = true;

    R call(Args... args) noexcept {
        if ((marks_.fetch_or(taken, std::memory_order_acq_rel) & taken) != 0) [[unlikely]] {
            report_second_call();
            return this->failed();
        }
        const End end{this};
        return CallbackState<R, Args...>::call(std::forward<Args>(args)...);
    }

    void release() noexcept { leave(released, called); }

    bool cancel() noexcept {
        const bool uncalled = (marks_.fetch_or(taken, std::memory_order_acq_rel) & taken) == 0;
        if (uncalled) {
            this->destroy();
        } else {
            release();
        }
        return uncalled;
    }

private:
    static constexpr std::uint8_t taken = 1;     // called or cancelled
    static constexpr std::uint8_t called = 2;    // … and the call is over
    static constexpr std::uint8_t released = 4;  // the handle is gone

    struct End {
        OnceState* state;
        ~End() { state->leave(called, released); }
    };

    void leave(std::uint8_t mine, std::uint8_t other) noexcept {
        if ((marks_.fetch_or(mine, std::memory_order_acq_rel) & other) != 0) this->destroy();
    }

    std::atomic<std::uint8_t> marks_{0};
};

/// Owned by the handle alone.
template <typename R, typename... Args>
class RepeatingState : public CallbackState<R, Args...> {
public:
    static constexpr bool called_as_rvalue = false;
};

/// `B` is what bind() returns.
template <typename State, typename B, typename R, typename... Args>
class BoundCallback final : public State {
public:
    explicit BoundCallback(B&& bound) : bound_(std::move(bound)) {}

private:
    R run(Args... args) override {
        if constexpr (State::called_as_rvalue) {
            return std::move(bound_)(std::forward<Args>(args)...);
        } else {
            return bound_(std::forward<Args>(args)...);
        }
    }
    [[nodiscard]] ContextView context() const noexcept override { return bound_.context(); }

    B bound_;
};

/// The state of `callable`, bound unless it is already: the one allocation of a callback.
template <typename State, typename R, typename... Args, typename F>
State* new_callback(F&& callable) {
    if constexpr (is_bound<std::decay_t<F>>) {
        using B = std::decay_t<F>;
        return new BoundCallback<State, B, R, Args...>(B{std::forward<F>(callable)});
    } else {
        using B = Bound<std::decay_t<F>>;
        return new BoundCallback<State, B, R, Args...>(bind(std::forward<F>(callable)));
    }
}

}  // namespace ctx::detail
