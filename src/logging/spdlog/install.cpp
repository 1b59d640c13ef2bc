#include "logging/ring/backend.hpp"
#include "logging/spdlog/installation.hpp"
#include "logging/spdlog/json_formatter.hpp"
#include <ctx/context/fields.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/logging/detail/line_options.hpp>
#include <ctx/logging/line_format.hpp>
#include <ctx/logging/spdlog/factory.hpp>
#include <ctx/logging/spdlog/install.hpp>

#include <spdlog/spdlog.h>

#include <unistd.h>

#include <utility>

namespace ctx::log {
namespace {

using LoggerPtr = std::shared_ptr<spdlog::logger>;

/// How long install() waits for lines that are still queued, before it counts who holds a logger.
constexpr std::chrono::milliseconds settle_time{500};

LineFormat line_format_of(Format format) noexcept {
    return static_cast<LineFormat>(format);
}
static_assert(static_cast<int>(Format::json) == static_cast<int>(LineFormat::json) &&
              static_cast<int>(Format::console) == static_cast<int>(LineFormat::console) &&
              Format::text > Format::console && Format::unchanged > Format::console);

std::shared_ptr<const spdlog::formatter> make_formatter(
    const Options& options, const Resource& resource,
    const std::shared_ptr<const JsonLines::Options>& lines) {
    if (options.format == Format::text || options.format == Format::unchanged) return nullptr;
    if (options.format == Format::json) return detail::make_json_formatter(lines);
    LineOptions line;
    line.only_fields = options.fields;
    line.secret_names = options.secret_names;
    line.resource = resource;
    line.gcp_project = options.gcp_project;
    line.color = wants_color(STDOUT_FILENO);
    return line_formatter(line_format_of(options.format), std::move(line));
}

bool shows_resource(const Options& options) noexcept {
    return !options.resource_attributes.empty() ||
           (options.format > Format::json && options.format <= Format::console);
}

Resource resource_of(const Options& options) {
    return options.resource ? *options.resource : Resource::from_environment();
}

std::shared_ptr<const detail::Settings> make_settings(const Options& options) {
    // Nobody hears of a malformed OTEL_RESOURCE_ATTRIBUTES that no line would show.
    const Resource resource = shows_resource(options) ? resource_of(options) : Resource{};
    auto lines = std::make_shared<JsonLines::Options>();
    lines->only_fields = options.fields;
    lines->secret_names = options.secret_names;
    lines->resource_members = json_resource_members(resource, options.resource_attributes);
    auto settings = std::make_shared<detail::Settings>();
    settings->format = options.format;
    settings->async = options.async;
    settings->overflow = options.overflow;
    if (options.async == AsyncMode::own_backend) {
        detail::Backend::instance().set_ring_bytes(options.ring_bytes);
    }
    settings->formatter = make_formatter(options, resource, lines);
    settings->lines = std::move(lines);
    return settings;
}

void list_refused(const Options& options, InstallReport& report) {
    const auto is_reserved = [format = options.format](std::string_view name) {
        return format <= Format::console
                   ? is_reserved_name(static_cast<LineFormat>(static_cast<int>(format)), name)
                   : is_reserved_name(name);
    };
    for (const Field& field : published_fields().set.log_fields()) {
        if (is_reserved(field.log_name())) report.refused_fields.push_back(field.log_name());
    }
    for (const std::string& key : options.resource_attributes) {
        if (!is_resource_name(key)) report.refused_resource_attributes.push_back(key);
    }
}

void put_in_place(const LoggerPtr& old, const LoggerPtr& fresh) {
    if (spdlog::default_logger() == old) {
        spdlog::set_default_logger(fresh);
    } else {
        spdlog::drop(old->name());
        spdlog::register_logger(fresh);
    }
}

/// References to `logger` that install() can account for: its own list, the registry, the default.
long known_references(const LoggerPtr& logger) {
    return 2 + (spdlog::default_logger() == logger ? 1 : 0);
}

void replace(const LoggerPtr& logger, const std::shared_ptr<const detail::Settings>& settings,
             InstallReport& report) {
    const long held = logger.use_count() - known_references(logger);
    put_in_place(logger, detail::replacement_for(logger, settings));
    report.replaced.push_back(logger->name());
    if (held > 0) {
        report.unreachable.push_back(
            {logger->name(),
             "asynchronous, and held elsewhere by " + std::to_string(held) +
                 " shared_ptr taken before install() (or by lines still queued): lines logged "
                 "through those carry no ids; install before they are taken"});
    }
}

void reach(const LoggerPtr& logger, const std::shared_ptr<const detail::Settings>& settings,
           InstallReport& report) {
    if (const auto mine = std::dynamic_pointer_cast<detail::CapturingLogger>(logger)) {
        if (mine->sinks() == mine->queue()->sinks()) {
            report.unchanged.push_back(logger->name());
            return;
        }
        // Sinks were added or removed since: their logger does not know, its queue does.
        mine->queue()->sinks() = mine->sinks();
        detail::wrap_sinks(*mine->queue(), detail::ContextSink::Source::carried, settings);
        mine->sinks() = mine->queue()->sinks();
        report.wrapped.push_back(logger->name());
    } else if (std::dynamic_pointer_cast<spdlog::async_logger>(logger) != nullptr) {
        replace(logger, settings, report);
    } else if (detail::wrap_sinks(*logger, detail::ContextSink::Source::ambient, settings)) {
        report.wrapped.push_back(logger->name());
    } else {
        report.unchanged.push_back(logger->name());
    }
}

void append_list(std::string& text, std::string_view title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += title;
    for (const std::string& name : names) {
        text += name.empty() ? " (default)" : " " + name;
    }
    text += '\n';
}

void restore(const LoggerPtr& logger) {
    std::vector<spdlog::sink_ptr> sinks = logger->sinks();
    for (auto& sink : sinks) {
        if (auto* mine = dynamic_cast<detail::ContextSink*>(sink.get())) {
            mine->restore_formatter();
            auto inner = mine->inner();
            sink = std::move(inner);
        }
    }
    const auto* mine = dynamic_cast<detail::ContextLogger*>(logger.get());
    if (mine == nullptr) {
        logger->sinks() = std::move(sinks);
        return;
    }
    const LoggerPtr original = mine->original();
    original->set_level(logger->level());
    original->flush_on(logger->flush_level());
    put_in_place(logger, original);
}

}  // namespace

InstallReport install(const Options& options) {
    InstallReport report;
    if (sdk_disabled()) {
        report.disabled = true;
        return report;
    }
    const auto settings = make_settings(options);
    detail::set_settings(settings);
    detail::publish_line_options(*settings->lines);
    detail::register_with_lifecycle();
    list_refused(options, report);
    // Lines on their way hold their logger, and must not be taken for somebody else's pointer.
    flush(settle_time);
    for (const LoggerPtr& logger : detail::registered_loggers())
        reach(logger, settings, report);
    return report;
}

void uninstall() {
    detail::set_settings(std::make_shared<const detail::Settings>());
    flush(settle_time);
    for (const LoggerPtr& logger : detail::registered_loggers()) {
        const auto* mine = dynamic_cast<detail::ContextLogger*>(logger.get());
        if (mine == nullptr || mine->original() != nullptr) restore(logger);
    }
}

std::string InstallReport::to_string() const {
    if (disabled) return "ctx::log: not installed, OTEL_SDK_DISABLED is true\n";
    std::string text;
    append_list(text, "ctx::log: wrapped:", wrapped);
    append_list(text, "ctx::log: replaced:", replaced);
    append_list(text, "ctx::log: unchanged:", unchanged);
    for (const Unreachable& entry : unreachable) {
        text += "ctx::log: unreachable: " +
                (entry.logger.empty() ? std::string{"(default)"} : entry.logger) + ": " +
                entry.reason + '\n';
    }
    append_list(text, "ctx::log: fields refused, the line uses their names:", refused_fields);
    append_list(text,
                "ctx::log: no attributes of a resource, refused:", refused_resource_attributes);
    return text;
}

}  // namespace ctx::log
