// ctx/executors/thread.hpp: threads and futures of the standard library that keep the context.
//
//     std::thread worker = ctx::thread(&Importer::run, &importer);
//     std::jthread poller = ctx::jthread([](std::stop_token stop) { poll(stop); });
//     std::future<Price> price = ctx::async(std::launch::async, quote, order);
//
// Each takes what the constructor (or function) of the standard takes and returns the standard's
// type. The context is the one that is current when the helper is called.
//
// Threads   The context of the calling thread is captured; the new thread starts with it and, when
//           the callable returns, has none.
// Errors    As the standard's: std::system_error when no thread can be started. Exceptions of the
//           callable go where the standard sends them.
// Cost      One relaxed increment and eight bytes on top of the standard's.

#pragma once

#include <ctx/executors/bind.hpp>

#include <future>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

namespace ctx {

/// `std::thread{f, args...}` with the caller's context.
template <typename F, typename... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] std::thread thread(F&& f, Args&&... args) {
    return std::thread(bind(std::forward<F>(f)), std::forward<Args>(args)...);
}

/// `std::jthread{f, args...}` with the caller's context. As the standard says, a callable that
/// takes a std::stop_token before its arguments receives the thread's.
template <typename F, typename... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...> ||
    std::is_invocable_v<std::decay_t<F>, std::stop_token, std::decay_t<Args>...>
[[nodiscard]] std::jthread jthread(F&& f, Args&&... args) {
    return std::jthread(bind(std::forward<F>(f)), std::forward<Args>(args)...);
}

/// `std::async(policy, f, args...)` with the caller's context. A deferred call runs on the thread
/// that waits, but with the context of the one that made it.
template <typename F, typename... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] std::future<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>> async(
    std::launch policy, F&& f, Args&&... args) {
    return std::async(policy, bind(std::forward<F>(f)), std::forward<Args>(args)...);
}

/// The same with the standard's default policy: the library chooses.
template <typename F, typename... Args>
requires std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] std::future<std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>> async(
    F&& f, Args&&... args) {
    return std::async(bind(std::forward<F>(f)), std::forward<Args>(args)...);
}

}  // namespace ctx
