#include "logging/spdlog/ring_logger.hpp"

#include "logging/spdlog/admission.hpp"
#include "logging/spdlog/record.hpp"
#include "logging/spdlog/remembered.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog/formatter.hpp>

#include <spdlog/details/os.h>
#include <spdlog/sinks/sink.h>

#include <exception>
#include <utility>
#include <vector>

namespace ctx::log::detail {
namespace {

using spdlog::details::log_msg;

/// What a line says of its message.
enum Mark : std::uint16_t {
    plain,
    carries_capture,  // out of a backtrace, with its context behind it
};

Line line_of(const log_msg& message, Mark mark, Values values) noexcept {
    return {message.time,
            message.thread_id,
            std::string_view{message.payload.data(), message.payload.size()}.substr(0, UINT32_MAX),
            message.source.filename,
            message.source.funcname,
            message.source.line,
            static_cast<std::int16_t>(message.level),
            mark,
            values.bytes()};
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
    return {new RingLogger(backend, like, when_full, std::move(original)),
            [&backend](RingLogger* logger) { backend.retire(*logger); }};
}

RingLogger::RingLogger(Backend& backend, const spdlog::logger& like, WhenFull when_full,
                       std::shared_ptr<spdlog::logger> original)
    : ContextLogger(like, std::move(original)), backend_(backend), when_full_(when_full) {}

std::shared_ptr<spdlog::logger> RingLogger::clone(std::string name) {
    auto copy = create(*this, when_full_, nullptr);
    copy->name_ = std::move(name);
    return copy;
}

void RingLogger::sink_it_(const log_msg& message) {
    if (is_copy(message)) {
        // Out of the backtrace. What was above the level then has its context behind it.
        const bool captured =
            split_capture({message.payload.data(), message.payload.size()}).has_value();
        backend_.write(*this, line_of(message, captured ? carries_capture : plain, {}), {},
                       when_full_);
        return;
    }
    const RecordAdmission admission{message, this};
    if (!admission.is_written()) return;
    const ContextView context = is_of_this_thread(message) ? current() : ContextView{};
    backend_.write(*this, line_of(message, plain, admission.values()), context, when_full_);
    if (tracer_.enabled()) [[unlikely]]
        write_remembered(message, context, admission.values());
}

void RingLogger::write_line(Level level, const SourceLocation& place, std::string_view message,
                            Values values) noexcept {
    const Line line{spdlog::details::os::now(),
                    spdlog::details::os::thread_id(),
                    message.substr(0, UINT32_MAX),
                    place.file,
                    place.function,
                    place.line,
                    static_cast<std::int16_t>(level),
                    plain,
                    values.bytes()};
    backend_.write(*this, line, current(), when_full_);
}

/// spdlog copies the record into its backtrace next: with its context.
void RingLogger::write_remembered(const log_msg& message, ContextView context, Values values) {
    std::vector<char>* memory = remembered_bytes();
    if (memory == nullptr) return;
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    RecordContext shown = log::record_context(context, buffer);
    shown.values = values;
    remember_with_capture(message, shown, *memory);
}

void RingLogger::flush_() {
    backend_.flush_later(*this, when_full_);
}

/// One that throws takes nothing from the others.
template <typename Act>
void RingLogger::with_each_sink(const Act& act) {
    for (const auto& sink : sinks_) {
        try {
            act(*sink);
        } catch (const std::exception& error) {
            err_handler_(error.what());
        } catch (...) {
            err_handler_("a sink threw what is no std::exception");
        }
    }
}

void RingLogger::deliver(const Line& line, ContextView context) noexcept {
    log_msg message = message_of(line, name_);
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    RecordContext shown = log::record_context(context, buffer);
    shown.values = Values{line.values};
    if (line.mark == carries_capture) {
        if (const auto carried = split_capture(line.message)) {
            message.payload = {carried->message.data(), carried->message.size()};
            shown = carried->context;
        }
    }
    {
        const ActiveRecord active{message, shown};
        with_each_sink([&message](spdlog::sinks::sink& sink) {
            if (sink.should_log(message.level)) sink.log(message);
        });
    }
    if (should_flush_(message)) flush_delivered();
}

void RingLogger::flush_delivered() noexcept {
    with_each_sink([](spdlog::sinks::sink& sink) { sink.flush(); });
}

}  // namespace ctx::log::detail
