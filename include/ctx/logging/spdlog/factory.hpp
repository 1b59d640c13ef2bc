// ctx/logging/spdlog/factory.hpp: new spdlog loggers that carry contexts, by spdlog's own idiom.
//
//     auto a = spdlog::basic_logger_mt<ctx::log::async_factory>("orders", "orders.jsonl");
//     auto b = ctx::log::sync_factory::create<spdlog::sinks::stdout_sink_mt>("console");
//     auto c = ctx::log::with_context(a_logger_that_is_not_registered);
//
// They show contexts as the last install() was told; before one, as Options{} says. What spdlog
// sets on new loggers (global level, flush level, error handler, backtrace) is set on these.
//
// Threads   As spdlog's factories: safe from any thread. Sinks of an existing logger are exchanged
//           without a lock: with_context() before threads use it.
// Errors    As spdlog's factories: spdlog::spdlog_ex, for instance for a name that is taken. With
//           OTEL_SDK_DISABLED=true the loggers are spdlog's own.
// Cost      Set-up only.

#pragma once

#include <ctx/export.hpp>

#include <spdlog/async.h>
#include <spdlog/common.h>
#include <spdlog/logger.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ctx::log {

namespace detail {
/// Whether new asynchronous loggers go to a pool of spdlog's: after an install() with
/// AsyncMode::keep_pool.
[[nodiscard]] CTX_EXPORT bool uses_thread_pool();
}  // namespace detail

/// An asynchronous logger on the backend of ctx, or on `pool` if the last install() said so; it is
/// not registered.
[[nodiscard]] CTX_EXPORT std::shared_ptr<spdlog::logger> make_async_logger(
    std::string name, std::vector<spdlog::sink_ptr> sinks,
    std::weak_ptr<spdlog::details::thread_pool> pool,
    spdlog::async_overflow_policy overflow = spdlog::async_overflow_policy::block);

/// Lets a logger carry contexts whether or not it is registered. A synchronous one (also of a
/// user's own class) is changed in place and returned; an asynchronous one stays as it is and a
/// logger on the same pool, with the same name, sinks, levels and error handler, is returned.
[[nodiscard]] CTX_EXPORT std::shared_ptr<spdlog::logger> with_context(
    std::shared_ptr<spdlog::logger> logger);

/// In place of spdlog::async_factory and async_factory_nonblock.
template <spdlog::async_overflow_policy Overflow>
struct BasicAsyncFactory {
    template <typename Sink, typename... SinkArgs>
    static std::shared_ptr<spdlog::logger> create(std::string name, SinkArgs&&... args) {
        auto& registry = spdlog::details::registry::instance();
        const std::lock_guard<std::recursive_mutex> lock{registry.tp_mutex()};
        if (registry.get_tp() == nullptr && detail::uses_thread_pool()) {
            spdlog::init_thread_pool(spdlog::details::default_async_q_size, 1);
        }
        auto logger = make_async_logger(std::move(name),
                                        {std::make_shared<Sink>(std::forward<SinkArgs>(args)...)},
                                        registry.get_tp(), Overflow);
        registry.initialize_logger(logger);
        return logger;
    }
};

using async_factory = BasicAsyncFactory<spdlog::async_overflow_policy::block>;
using async_factory_nonblock = BasicAsyncFactory<spdlog::async_overflow_policy::overrun_oldest>;

/// In place of spdlog::synchronous_factory.
struct sync_factory {  // NOLINT(readability-identifier-naming): stands beside spdlog's
    template <typename Sink, typename... SinkArgs>
    static std::shared_ptr<spdlog::logger> create(std::string name, SinkArgs&&... args) {
        auto logger = with_context(std::make_shared<spdlog::logger>(
            std::move(name), std::make_shared<Sink>(std::forward<SinkArgs>(args)...)));
        spdlog::details::registry::instance().initialize_logger(logger);
        return logger;
    }
};

}  // namespace ctx::log
