// ctx/executors/callback.hpp: callables with a context, for C libraries that take a function and a
// `void*` of user data.
//
//     using OnTimeout = ctx::OneShotCallback<void(int, short)>;      // without the user data
//     OnTimeout retry{[order](int, short) { send(order); }};         // the caller's context
//     if (event_base_once(base, -1, EV_TIMEOUT, OnTimeout::last, retry.user(), &delay) == 0) {
//         retry.release();                                           // the call will free it
//     }                                                              // else: freed here
//
//     using OnData = ctx::RepeatingCallback<std::size_t(char*, std::size_t, std::size_t)>;
//     OnData body{[&](char* data, std::size_t, std::size_t size) { return append(data, size); }};
//     curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnData::last);  // user data is last
//     curl_easy_setopt(curl, CURLOPT_WRITEDATA, body.user());
//
// `first` and `last` are the functions for C: user data before or behind the other arguments. Where
// it stands elsewhere, a lambda without captures calls `first` with what it was given.
//
// | class                | who frees it |
// |----------------------|-------------------------------------------------------------------------|
// | `OneShotCallback`    | the call; or cancel() or the end of the handle, whichever comes first |
// | `RepeatingCallback`  | the end of the handle; C must have forgotten it by then |
//
// The context is the one that is current when the object is made, or the one it is given; a
// callable of bind() or background() keeps its own. A callback that outlives its request (a
// connection's, a periodic timer's) is made with background(): a repeating one holds its context
// all the time.
//
// Threads   A handle belongs to one thread at a time. The call may come on another, while the
//           handle releases. Cancelling needs what C libraries promise: no call begins once it was
//           cancelled there.
// Errors    Making throws std::bad_alloc. Exceptions do not cross C: they are caught, counted
//           (`ctx_executors_callback_exceptions_total`), and the diagnostics handler hears their
//           words; C gets on_exception()'s value, or a zero. Callbacks that are made without a
//           context are counted (`ctx_callbacks_without_context_total`), unless they are bound.
// Cost      One allocation, when it is made. A call is a virtual call and what calling a bound
//           callable costs; of a one-shot callback also two atomic operations on its own memory.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/executors/bind.hpp>
#include <ctx/executors/detail/callback_state.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <type_traits>
#include <utility>

namespace ctx {

template <typename Signature>
class OneShotCallback;
template <typename Signature>
class RepeatingCallback;

namespace detail {

/// What both handles have in common: a pointer to `State`, which `Derived` gives up its way.
template <typename State, typename R, typename... Args>
class CallbackHandle {
public:
    /// What C hands to the function; the same after a move of the handle. Null for a handle that
    /// has nothing any more.
    [[nodiscard]] void* user() const noexcept { return state_; }

    /// What C gets when the callable throws. To be said before C knows of the callback.
    void on_exception(CallbackResult<R> value) noexcept requires(!std::is_void_v<R>) {
        state_->on_exception = value;
    }

    /// For C: user data before, or behind, the other arguments.
    static R first(void* user, Args... args) noexcept {
        return static_cast<State*>(user)->call(std::forward<Args>(args)...);
    }
    static R last(Args... args, void* user) noexcept {
        return static_cast<State*>(user)->call(std::forward<Args>(args)...);
    }

    CallbackHandle(const CallbackHandle&) = delete;
    CallbackHandle& operator=(const CallbackHandle&) = delete;

protected:
    template <typename F>
    CallbackHandle(std::in_place_t, F&& callable, SourcePlace caller)
        : state_(new_callback<State, R, Args...>(std::forward<F>(callable))) {
        if constexpr (!is_bound<std::decay_t<F>>)
            count_if_empty(Adapter::callbacks, current(), caller);
    }
    CallbackHandle(CallbackHandle&& other) noexcept : state_(other.take()) {}
    ~CallbackHandle() = default;

    void swap(CallbackHandle& other) noexcept { std::swap(state_, other.state_); }
    /// The state, which is the caller's now.
    [[nodiscard]] State* take() noexcept { return std::exchange(state_, nullptr); }

private:
    State* state_;
};

}  // namespace detail

/// A callback that C calls once. `Args` are its arguments but the user data.
template <typename R, typename... Args>
class [[nodiscard]] OneShotCallback<R(Args...)>
    : public detail::CallbackHandle<detail::OnceState<R, Args...>, R, Args...> {
    using State = detail::OnceState<R, Args...>;
    using Handle = detail::CallbackHandle<State, R, Args...>;

public:
    /// `callable` with the context that is current now.
    template <typename F>
    requires std::is_invocable_r_v<R, std::decay_t<F>, Args...>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload)
    explicit OneShotCallback(F&& callable, SourcePlace caller = SourcePlace::here())
        : Handle(std::in_place, std::forward<F>(callable), caller) {}

    /// `callable` with an explicit context; an empty one is taken as it is.
    template <typename F>
    requires std::is_invocable_r_v<R, std::decay_t<F>, Args...> OneShotCallback(Context context,
                                                                                F&& callable)
        : OneShotCallback(bind(std::move(context), std::forward<F>(callable))) {}

    OneShotCallback(OneShotCallback&&) noexcept = default;
    OneShotCallback& operator=(OneShotCallback other) noexcept {
        this->swap(other);
        return *this;
    }
    ~OneShotCallback() { cancel(); }

    /// C has it: the call frees it, or has done so already. Uncalled it stays for ever.
    void release() noexcept {
        if (State* const state = this->take()) state->release();
    }

    /// Takes it back: the callable and its context are destroyed. C must not call it from here on.
    /// @return false when it was called already, or is being called.
    bool cancel() noexcept {
        State* const state = this->take();
        return state != nullptr && state->cancel();
    }

    /// cancel() for a callback that was released and not called: by its user data.
    static void cancel_released(void* user) noexcept { static_cast<State*>(user)->cancel(); }
};

/// A callback that C calls any number of times, not while another call is running unless the
/// callable may. It must not end its own handle.
template <typename R, typename... Args>
class [[nodiscard]] RepeatingCallback<R(Args...)>
    : public detail::CallbackHandle<detail::RepeatingState<R, Args...>, R, Args...> {
    using State = detail::RepeatingState<R, Args...>;
    using Handle = detail::CallbackHandle<State, R, Args...>;

public:
    /// `callable` with the context that is current now.
    template <typename F>
    requires std::is_invocable_r_v<R, detail::LvalueOf<F>, Args...>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload)
    explicit RepeatingCallback(F&& callable, SourcePlace caller = SourcePlace::here())
        : Handle(std::in_place, std::forward<F>(callable), caller) {}

    /// `callable` with an explicit context; an empty one is taken as it is.
    template <typename F>
    requires std::is_invocable_r_v<R, detail::LvalueOf<F>, Args...> RepeatingCallback(
        Context context, F&& callable)
        : RepeatingCallback(bind(std::move(context), std::forward<F>(callable))) {}

    RepeatingCallback(RepeatingCallback&&) noexcept = default;
    RepeatingCallback& operator=(RepeatingCallback other) noexcept {
        this->swap(other);
        return *this;
    }
    ~RepeatingCallback() {
        if (State* const state = this->take()) state->destroy();
    }
};

}  // namespace ctx
