// Stands in front of a user's sink and finds out which context a record belongs to.

#pragma once

#include <ctx/logging/json_line.hpp>
#include <ctx/logging/spdlog/formatter.hpp>
#include <ctx/logging/spdlog/options.hpp>

#include <spdlog/common.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace ctx::log::detail {

/// Options, ready for use by any number of sinks.
struct Settings {
    Format format = Format::json;
    AsyncMode async = AsyncMode::own_backend;
    Overflow overflow = Overflow::as_logger;
    std::shared_ptr<const JsonLines::Options> lines = std::make_shared<const JsonLines::Options>();
    /// What every sink gets a clone of; null: sinks keep their own formatters.
    std::shared_ptr<const spdlog::formatter> formatter = json_formatter();
};

class ContextSink final : public spdlog::sinks::sink {
public:
    /// Where the context of a record is to be found.
    enum class Source : std::uint8_t {
        ambient,  // it is the current one, or the one that the backend delivers it with
        carried,  // behind the message: the logger has captured it
    };

    /// Gives `inner` the formatter of the settings, if they have one.
    ContextSink(spdlog::sink_ptr inner, Source source, std::shared_ptr<const Settings> settings);

    void log(const spdlog::details::log_msg& message) override;
    void flush() override;
    void set_pattern(const std::string& pattern) override;
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

    [[nodiscard]] const spdlog::sink_ptr& inner() const noexcept { return inner_; }
    [[nodiscard]] Source source() const noexcept { return source_; }
    /// Gives the inner sink back the formatter that ours has kept from it.
    void restore_formatter();

private:
    void log_carried(const spdlog::details::log_msg& message);
    bool deliver_captured(const spdlog::details::log_msg& message);
    void log_uncarried(const spdlog::details::log_msg& message);
    void log_ambient(const spdlog::details::log_msg& message);
    void log_current(const spdlog::details::log_msg& message);
    void deliver(const spdlog::details::log_msg& message, const RecordContext& context);
    void deliver_active(const spdlog::details::log_msg& message, const RecordContext& context);
    void deliver_with_suffix(const spdlog::details::log_msg& message, const RecordContext& context);

    const spdlog::sink_ptr inner_;
    const std::shared_ptr<const Settings> settings_;
    const Source source_;
    const bool has_suffix_;  // not for a sink with a place of its own for the context
    std::mutex mutex_;
    std::unique_ptr<spdlog::formatter> kept_formatter_;  // guarded by mutex_
};

/// Wraps `sink` unless it is wrapped already, for the same source. @return what is to be used in
/// its place.
[[nodiscard]] spdlog::sink_ptr wrap_sink(const spdlog::sink_ptr& sink, ContextSink::Source source,
                                         const std::shared_ptr<const Settings>& settings);

/// The sink inside `sink` if it is a ContextSink, else `sink`.
[[nodiscard]] spdlog::sink_ptr unwrapped(const spdlog::sink_ptr& sink);

}  // namespace ctx::log::detail
