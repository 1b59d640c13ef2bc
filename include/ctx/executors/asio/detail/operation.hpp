// An Asio operation that a coroutine awaits: how its result comes back, and how a stop that is
// requested on any thread reaches it. Everything lies in the awaiter; nothing is allocated.
//
// An operation that can be stopped is held by its initiation, by its completion and by a
// cancellation that is on its way to the operation's executor. The coroutine goes on when the last
// of them lets go, so that none finds it gone.

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/cancellation.hpp>
#include <ctx/executors/detail/inline_call.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ctx::asio::detail {

inline void throw_if_failed(const error_code& error) {
    if (error) throw system_error{error};
}
inline void throw_if_failed(const std::exception_ptr& failure) {
    if (failure != nullptr) std::rethrow_exception(failure);
}

/// Nothing, one value, or a tuple of several.
template <typename... Ts>
auto one_or_tuple(Ts&... values) {
    if constexpr (sizeof...(Ts) == 1) {
        return (std::move(values), ...);
    } else if constexpr (sizeof...(Ts) > 1) {
        return std::tuple<Ts...>{std::move(values)...};
    }
}

/// What an operation completed with: what its handler was called with, if it was called.
template <typename... Ts>
class OperationResult {
public:
    template <typename... Args>
    void set(Args&&... args) noexcept {
        try {
            values_.emplace(std::forward<Args>(args)...);
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    /// Throws what the first value says, if it is one that tells a failure.
    auto take() {
        throw_if_failed(failure_);
        if (!values_) throw system_error{net::error::operation_aborted};
        return std::apply([](auto&... values) { return take_from(values...); }, *values_);
    }

private:
    template <typename... Us>
    static auto take_from(Us&... values) {
        return one_or_tuple(values...);
    }
    template <typename First, typename... Rest>
    requires std::same_as<First, error_code> || std::same_as<First, std::exception_ptr>
    static auto take_from(First& first, Rest&... rest) {
        throw_if_failed(first);
        return one_or_tuple(rest...);
    }

    std::optional<std::tuple<Ts...>> values_;
    std::exception_ptr failure_;
};

/// For initiations that name no executor.
struct NoExecutor {};

/// Where the handler of an operation runs: on what it was bound to, or else on the executor of the
/// initiation. The tokens around use_task (as_tuple, append, …) hide both one level down.
template <typename Initiation>
auto executor_of(const Initiation& initiation) noexcept {
    if constexpr (requires {
                      initiation.ex_;
                      initiation.initiation_;
                  }) {
        return initiation.ex_;
    } else if constexpr (requires { initiation.get_executor(); }) {
        return initiation.get_executor();
    } else if constexpr (requires { initiation.initiation_; }) {
        return executor_of(initiation.initiation_);
    } else {
        return NoExecutor{};
    }
}

/// The coroutine and who holds its operation.
class OperationState {
public:
    OperationState() noexcept = default;
    OperationState(const OperationState&) = delete;
    OperationState& operator=(const OperationState&) = delete;

    void begin(std::coroutine_handle<> coroutine, ctx::detail::InlineKey key,
               bool can_stop) noexcept {
        coroutine_ = coroutine;
        key_ = key;
        holders_.store(can_stop ? 2 : 1, std::memory_order_relaxed);
        can_stop_ = can_stop;
    }

    /// The operation is over. Lets the coroutine go on, unless its initiation is still running on
    /// this thread and does so itself.
    void finish() {
        is_over_.store(true, std::memory_order_relaxed);
        if (!ctx::detail::InlineCall::complete(key_, this)) let_go();
    }

    /// @return false if nobody but the caller holds the operation: it is over.
    bool let_go_unless_last() noexcept {
        int holders = holders_.load(std::memory_order_acquire);
        while (holders > 1) {
            if (change(holders, holders - 1)) return true;
        }
        return false;
    }
    void let_go() {
        if (!can_stop_ || holders_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            coroutine_.resume();
    }
    /// @return false if nobody holds the operation any more.
    bool hold() noexcept {
        int holders = holders_.load(std::memory_order_relaxed);
        while (holders > 0) {
            if (change(holders, holders + 1)) return true;
        }
        return false;
    }

#if CTX_ASIO_HAS_CANCELLATION
    [[nodiscard]] net::cancellation_slot slot() noexcept {
        return can_stop_ ? signal_.slot() : net::cancellation_slot{};
    }
    /// What Asio left in the slot may refer to an object that is gone when the operation is over.
    void stop() {
        if (!is_over_.load(std::memory_order_relaxed))
            signal_.emit(net::cancellation_type::terminal);
    }
#endif

private:
    bool change(int& expected, int desired) noexcept {
        return holders_.compare_exchange_weak(expected, desired, std::memory_order_acq_rel,
                                              std::memory_order_acquire);
    }

    std::coroutine_handle<> coroutine_;
    ctx::detail::InlineKey key_;
    std::atomic<int> holders_{0};
    std::atomic<bool> is_over_{false};
    bool can_stop_ = false;
#if CTX_ASIO_HAS_CANCELLATION
    net::cancellation_signal signal_;
#endif
};

/// One who holds an operation. Called when he has nothing else to do.
class OperationHold {
public:
    explicit OperationHold(OperationState& operation) noexcept : operation_(&operation) {}
    OperationHold(OperationHold&& other) noexcept
        : operation_(std::exchange(other.operation_, nullptr)) {}
    OperationHold& operator=(OperationHold&&) = delete;
    ~OperationHold() {
        if (operation_ != nullptr) operation_->let_go();
    }

    void operator()() const noexcept {}
    [[nodiscard]] OperationState& operation() const noexcept { return *operation_; }

private:
    OperationState* operation_;
};

#if CTX_ASIO_HAS_CANCELLATION

/// A cancellation on its way: Asio's signals and slots are not thread-safe.
class Cancellation {
public:
    explicit Cancellation(OperationState& operation) noexcept : hold_(operation) {}
    void operator()() { hold_.operation().stop(); }

private:
    OperationHold hold_;
};

/// Called on the thread that requests the stop.
template <typename Executor>
class CancelOn {
public:
    CancelOn(OperationState& operation, const Executor& executor) noexcept
        : operation_(&operation), executor_(executor) {}

    void operator()() const noexcept {
        if (!operation_->hold()) return;
        // Without memory the operation is not cancelled. This may be gone before post() returns.
        try {
            Cancellation cancellation{*operation_};
            const Executor executor{executor_};
            net::post(executor, std::move(cancellation));
        } catch (...) {  // NOLINT(bugprone-empty-catch)
        }
    }

private:
    OperationState* operation_;
    Executor executor_;
};

#endif

/// What Asio calls at the end. Destroyed uncalled, it makes the coroutine go on with a failure.
template <typename Operation>
class OperationHandler {
public:
    explicit OperationHandler(Operation& operation) noexcept : operation_(&operation) {}
    OperationHandler(OperationHandler&& other) noexcept
        : operation_(std::exchange(other.operation_, nullptr)) {}
    OperationHandler& operator=(OperationHandler&&) = delete;
    ~OperationHandler() {
        if (operation_ != nullptr) operation_->finish();
    }

    template <typename... Args>
    void operator()(Args&&... args) {
        Operation& operation = *std::exchange(operation_, nullptr);
        operation.set_result(std::forward<Args>(args)...);
        operation.finish();
    }

#if CTX_ASIO_HAS_CANCELLATION
    using cancellation_slot_type = net::cancellation_slot;
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
        return operation_->slot();
    }
#endif

private:
    Operation* operation_;
};

/// What depends on the results of an operation, and not on what begins it.
template <typename... Ts>
class ResultOperation : public OperationState {
public:
    template <typename... Args>
    void set_result(Args&&... args) noexcept {
        result_.set(std::forward<Args>(args)...);
    }
    auto await_resume() { return result_.take(); }

private:
    OperationResult<Ts...> result_;
};

/// Begins an operation for the coroutine that awaits it.
template <typename Base, typename Initiation, typename... Args>
class [[nodiscard]] OperationAwaiter : public Base {
    using Executor = std::decay_t<decltype(executor_of(std::declval<const Initiation&>()))>;
    static constexpr bool can_be_stopped = !std::is_same_v<Executor, NoExecutor>;

public:
    OperationAwaiter(Initiation&& initiation, std::tuple<Args...>&& args)
        : initiation_(std::move(initiation)), args_(std::move(args)) {}

    bool await_ready() const noexcept { return false; }

    // Not inlined: Clang 14 keeps locals of an inlined await_suspend in the coroutine's frame,
    // which another thread may be freeing meanwhile.
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> coroutine) {
#if CTX_ASIO_HAS_CANCELLATION
        if constexpr (can_be_stopped) {
            std::stop_token stop = stop_token_of(current());
            if (stop.stop_possible()) return suspend_until_stop(coroutine, std::move(stop));
        }
#endif
        return initiate(coroutine, false);
    }

private:
    /// @return false if the operation is over, and the coroutine is to go on here.
    bool initiate(std::coroutine_handle<> coroutine, bool can_stop) {
        // The coroutine, and this with it, may be gone before the initiation returns.
        Initiation initiation{std::move(initiation_)};
        std::tuple<Args...> args{std::move(args_)};
        ctx::detail::InlineCall call;
        this->begin(coroutine, call.key(), can_stop);
        std::apply(
            [&](Args&... each) {
                std::move(initiation)(OperationHandler<Base>{*this}, std::move(each)...);
            },
            args);
        return call.take_completed() == nullptr;
    }

#if CTX_ASIO_HAS_CANCELLATION
    bool suspend_until_stop(std::coroutine_handle<> coroutine, std::stop_token stop) {
        const Executor executor = executor_of(initiation_);
        if (!initiate(coroutine, true)) return false;
        cancel_.emplace(std::move(stop), CancelOn<Executor>{*this, executor});
        if (this->let_go_unless_last()) return true;
        // It completed on another thread meanwhile. The coroutine goes on where it did.
        try {
            net::post(executor, OperationHold{*this});
        } catch (...) {  // NOLINT(bugprone-empty-catch): no memory, so it went on here
        }
        return true;
    }
#endif

    Initiation initiation_;
    std::tuple<Args...> args_;
#if CTX_ASIO_HAS_CANCELLATION
    using Cancel = std::optional<std::stop_callback<CancelOn<Executor>>>;
    [[no_unique_address]] std::conditional_t<can_be_stopped, Cancel, NoExecutor> cancel_;
#endif
};

}  // namespace ctx::asio::detail
