#include "logging/spdlog/ring_logger.hpp"

#include "logging/spdlog/record.hpp"
#include "logging/spdlog/remembered.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog/formatter.hpp>

#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace ctx::log::detail {
namespace {

using spdlog::details::log_msg;

/// What a line says of its message.
enum Mark : std::uint32_t {
    plain,
    carries_capture,  // out of a backtrace, with its context behind it
};

Line line_of(const log_msg& message, Mark mark) noexcept {
    return {message.time,
            message.thread_id,
            std::string_view{message.payload.data(), message.payload.size()}.substr(0, UINT32_MAX),
            message.source.filename,
            message.source.funcname,
            message.source.line,
            static_cast<std::int32_t>(message.level),
            mark};
}

log_msg message_of(const Line& line, const std::string& name) {
    log_msg message{line.time,
                    spdlog::source_loc{line.file, line.line_number, line.function},
                    name,
                    static_cast<spdlog::level::level_enum>(line.level),
                    {line.message.data(), line.message.size()}};
    message.thread_id = line.thread_id;
    return message;
}

}  // namespace

std::shared_ptr<RingLogger> RingLogger::create(const spdlog::logger& like, WhenFull when_full,
                                               std::shared_ptr<spdlog::logger> original) {
    // Made before the first line: a fork or the end of the process finds it there.
    Backend& backend = Backend::instance();
    return {new RingLogger(like, when_full, std::move(original)),
            [&backend](RingLogger* logger) { backend.retire(*logger); }};
}

RingLogger::RingLogger(const spdlog::logger& like, WhenFull when_full,
                       std::shared_ptr<spdlog::logger> original)
    : spdlog::logger(like), when_full_(when_full), original_(std::move(original)) {}

std::shared_ptr<spdlog::logger> RingLogger::clone(std::string name) {
    auto copy = create(*this, when_full_, nullptr);
    copy->name_ = std::move(name);
    return copy;
}

void RingLogger::sink_it_(const log_msg& message) {
    Backend& backend = Backend::instance();
    if (is_copy(message)) {
        // Out of the backtrace. What was above the level then has its context behind it.
        const bool captured =
            split_capture({message.payload.data(), message.payload.size()}).has_value();
        backend.write(*this, line_of(message, captured ? carries_capture : plain), {}, when_full_);
        return;
    }
    const ContextView context = is_of_this_thread(message) ? current() : ContextView{};
    backend.write(*this, line_of(message, plain), context, when_full_);
    if (tracer_.enabled()) [[unlikely]]
        write_remembered(message);
}

/// spdlog copies the record into its backtrace next: with its context.
void RingLogger::write_remembered(const log_msg& message) {
    std::vector<char>* memory = remembered_bytes();
    if (memory == nullptr) return;
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    const RecordContext context = ambient_context(message, buffer);
    remember_with_capture(message, context, *memory);
}

void RingLogger::flush_() {
    Backend::instance().flush_later(*this, when_full_);
}

void RingLogger::deliver(const Line& line, ContextView context) noexcept {
    log_msg message = message_of(line, name_);
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    RecordContext shown = log::record_context(context, buffer);
    if (line.mark == carries_capture) {
        if (const auto carried = split_capture(line.message)) {
            message.payload = {carried->message.data(), carried->message.size()};
            shown = carried->context;
        }
    }
    give_to_sinks(message, shown);
    if (should_flush_(message)) flush_delivered();
}

void RingLogger::give_to_sinks(const log_msg& message, const RecordContext& context) {
    const ActiveRecord active{message, context};
    for (const auto& sink : sinks_) {
        if (!sink->should_log(message.level)) continue;
        try {
            sink->log(message);
        } catch (const std::exception& error) {
            err_handler_(error.what());
        } catch (...) {
            err_handler_("a sink threw what is no std::exception");
        }
    }
}

void RingLogger::flush_delivered() noexcept {
    for (const auto& sink : sinks_) {
        try {
            sink->flush();
        } catch (const std::exception& error) {
            err_handler_(error.what());
        } catch (...) {
            err_handler_("a sink threw what is no std::exception");
        }
    }
}

}  // namespace ctx::log::detail
