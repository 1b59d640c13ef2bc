#include <ctx/context/current.hpp>
#include <ctx/logging/glog.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <ostream>
#include <utility>

namespace ctx::log {
namespace {

Level level_of(google::LogSeverity severity) noexcept {
    switch (severity) {
        case google::GLOG_INFO:
            return Level::info;
        case google::GLOG_WARNING:
            return Level::warn;
        case google::GLOG_ERROR:
            return Level::error;
        default:
            return Level::critical;
    }
}

std::chrono::system_clock::time_point time_of(const google::LogMessageTime& time) {
    return std::chrono::system_clock::from_time_t(time.timestamp()) +
           std::chrono::microseconds{time.usec()};
}

/// `20261120 16:27:08.095260`, or without the year, as the flags of glog say.
void write_time(std::ostream& out, const google::LogMessageTime& time) {
    std::array<char, 96> text;  // NOLINT(*-member-init): written before it is read
    if (FLAGS_log_year_in_prefix) {
        std::snprintf(text.data(), text.size(), "%04d", 1900 + time.year());
        out << text.data();
    }
    std::snprintf(text.data(), text.size(), "%02d%02d %02d:%02d:%02d.%06d", 1 + time.month(),
                  time.day(), time.hour(), (time.min)(), time.sec(), time.usec());
    out << text.data();
}

}  // namespace

void glog_prefix(std::ostream& out, const google::LogMessageInfo& message, void* /*data*/) {
    std::array<char, 16> thread;  // NOLINT(*-member-init): written before it is read
    std::snprintf(thread.data(), thread.size(), " %5d ", message.thread_id);
    out << message.severity[0];
    write_time(out, message.time);
    out << thread.data() << message.filename << ':' << message.line_number;
    write_glog_suffix(out);
    out << ']';
}

void write_glog_suffix(std::ostream& out) {
    FragmentBuffer buffer;                      // NOLINT(*-member-init): written before it is read
    std::array<char, max_suffix_bytes> suffix;  // NOLINT(*-member-init): the same
    const char* end = write_text_suffix(suffix.data(), record_context(current(), buffer));
    out.write(suffix.data(), end - suffix.data());
}

GlogJson::GlogJson(JsonWriter::Sink sink) : GlogJson(std::move(sink), Options{}) {}
GlogJson::GlogJson(JsonWriter::Sink sink, Options options)
    : logger_(std::move(options.logger)), writer_(std::move(sink), std::move(options.lines)) {}
GlogJson::GlogJson(std::ostream& out) : GlogJson(out, Options{}) {}
GlogJson::GlogJson(std::ostream& out, Options options)
    : logger_(std::move(options.logger)), writer_(out, std::move(options.lines)) {}

void GlogJson::send(google::LogSeverity severity, const char* full_filename,
                    const char* /*base_filename*/, int line, const google::LogMessageTime& time,
                    const char* message, std::size_t message_len) {
    writer_.write({.time = time_of(time),
                   .level = level_of(severity),
                   .logger = logger_,
                   .message = {message, message_len},
                   .source = {.file = full_filename, .line = line}});
    if (severity == google::GLOG_FATAL) writer_.flush();
}

}  // namespace ctx::log
