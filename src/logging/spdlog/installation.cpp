#include "logging/spdlog/installation.hpp"

#include "logging/spdlog/overflow.hpp"
#include "logging/spdlog/ring_logger.hpp"
#include <ctx/context/lifecycle.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/logging/spdlog/factory.hpp>
#include <ctx/logging/spdlog/install.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>
#include <utility>

namespace ctx::log {
namespace detail {
namespace {

/// Belongs to spdlog's registry, so to say, which is one per process as well.
struct Installation {
    std::mutex mutex;
    std::shared_ptr<const Settings> settings = std::make_shared<const Settings>();
    std::vector<std::weak_ptr<spdlog::logger>> queues;
};

// Never destroyed: loggers log until the very end.
Installation& installation() {
    static auto* const instance = new Installation;
    return *instance;
}

class LogFlusher final : public Flushable {
public:
    bool flush(Deadline deadline) noexcept override {
        try {
            const auto left = deadline - std::chrono::steady_clock::now();
            return log::flush(std::chrono::ceil<std::chrono::milliseconds>(left));
        } catch (...) {  // out of memory or threads: nothing was waited for
            return false;
        }
    }
    // Loggers are the user's: they may say something after the end of telemetry.
    bool shutdown(Deadline deadline) noexcept override { return flush(deadline); }
};

LogFlusher& flusher() {
    static auto* const instance = new LogFlusher;
    return *instance;
}

std::vector<spdlog::sink_ptr> wrapped_sinks(const std::vector<spdlog::sink_ptr>& sinks,
                                            const std::shared_ptr<const Settings>& settings) {
    std::vector<spdlog::sink_ptr> wrapped;
    wrapped.reserve(sinks.size());
    for (const auto& sink : sinks)
        wrapped.push_back(wrap_sink(sink, ContextSink::Source::carried, settings));
    return wrapped;
}

}  // namespace

std::shared_ptr<const Settings> settings_in_force() {
    Installation& all = installation();
    const std::lock_guard lock{all.mutex};
    return all.settings;
}

void set_settings(std::shared_ptr<const Settings> settings) {
    Installation& all = installation();
    const std::lock_guard lock{all.mutex};
    all.settings = std::move(settings);
}

bool uses_thread_pool() {
    return sdk_disabled() || settings_in_force()->async == AsyncMode::keep_pool;
}

void remember_queue(const std::shared_ptr<spdlog::logger>& queue) {
    register_with_lifecycle();
    Installation& all = installation();
    const std::lock_guard lock{all.mutex};
    std::erase_if(all.queues, [](const auto& known) { return known.expired(); });
    all.queues.push_back(queue);
}

std::vector<std::shared_ptr<spdlog::logger>> remembered_queues() {
    Installation& all = installation();
    const std::lock_guard lock{all.mutex};
    std::vector<std::shared_ptr<spdlog::logger>> alive;
    for (const auto& known : all.queues) {
        if (auto queue = known.lock()) alive.push_back(std::move(queue));
    }
    return alive;
}

void register_with_lifecycle() {
    static const bool once = (register_flushable(flusher()), true);
    static_cast<void>(once);
}

namespace {

std::shared_ptr<ContextLogger> ring_logger_like(const spdlog::logger& like,
                                                std::shared_ptr<spdlog::logger> original,
                                                spdlog::async_overflow_policy policy,
                                                const std::shared_ptr<const Settings>& settings) {
    auto made =
        RingLogger::create(like, when_full(settings->overflow, policy), std::move(original));
    wrap_sinks(*made, ContextSink::Source::ambient, settings);
    register_with_lifecycle();
    return made;
}

}  // namespace

std::shared_ptr<ContextLogger> replacement_for(const std::shared_ptr<spdlog::logger>& original,
                                               const std::shared_ptr<const Settings>& settings) {
    if (settings->async == AsyncMode::own_backend) {
        return ring_logger_like(*original, original, overflow_policy_of(*original), settings);
    }
    // A clone shares the thread pool and the overflow policy, which nothing else gives away; and
    // nobody uses it yet, so that its sinks can be exchanged while the original goes on.
    auto queue = original->clone(original->name());
    queue->sinks() = wrapped_sinks(original->sinks(), settings);
    remember_queue(queue);
    return CapturingLogger::create(*original, queue, original);
}

std::shared_ptr<ContextLogger> new_async_logger(std::string name,
                                                std::vector<spdlog::sink_ptr> sinks,
                                                std::weak_ptr<spdlog::details::thread_pool> pool,
                                                spdlog::async_overflow_policy overflow,
                                                const std::shared_ptr<const Settings>& settings) {
    if (settings->async == AsyncMode::own_backend) {
        const spdlog::logger like{std::move(name), sinks.begin(), sinks.end()};
        return ring_logger_like(like, nullptr, overflow, settings);
    }
    auto queue = std::make_shared<spdlog::async_logger>(std::move(name), sinks.begin(), sinks.end(),
                                                        std::move(pool), overflow);
    queue->sinks() = wrapped_sinks(sinks, settings);
    remember_queue(queue);
    return CapturingLogger::create(*queue, queue, nullptr);
}

bool wrap_sinks(spdlog::logger& logger, ContextSink::Source source,
                const std::shared_ptr<const Settings>& settings) {
    bool any = false;
    for (auto& sink : logger.sinks()) {
        auto wrapped = wrap_sink(sink, source, settings);
        any |= wrapped != sink;
        sink = std::move(wrapped);
    }
    return any;
}

std::vector<std::shared_ptr<spdlog::logger>> registered_loggers() {
    std::vector<std::shared_ptr<spdlog::logger>> loggers;
    spdlog::apply_all(
        [&](const std::shared_ptr<spdlog::logger>& logger) { loggers.push_back(logger); });
    return loggers;
}

}  // namespace detail

std::shared_ptr<spdlog::logger> make_async_logger(std::string name,
                                                  std::vector<spdlog::sink_ptr> sinks,
                                                  std::weak_ptr<spdlog::details::thread_pool> pool,
                                                  spdlog::async_overflow_policy overflow) {
    if (sdk_disabled()) {
        return std::make_shared<spdlog::async_logger>(std::move(name), sinks.begin(), sinks.end(),
                                                      std::move(pool), overflow);
    }
    return detail::new_async_logger(std::move(name), std::move(sinks), std::move(pool), overflow,
                                    detail::settings_in_force());
}

std::shared_ptr<spdlog::logger> with_context(std::shared_ptr<spdlog::logger> logger) {
    if (sdk_disabled() || dynamic_cast<detail::ContextLogger*>(logger.get()) != nullptr) {
        return logger;
    }
    const auto settings = detail::settings_in_force();
    if (std::dynamic_pointer_cast<spdlog::async_logger>(logger) != nullptr) {
        return detail::replacement_for(logger, settings);
    }
    detail::wrap_sinks(*logger, detail::ContextSink::Source::ambient, settings);
    detail::register_with_lifecycle();
    return logger;
}

}  // namespace ctx::log
