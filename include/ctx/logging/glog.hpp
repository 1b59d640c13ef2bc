// ctx/logging/glog.hpp: lines of glog that know which request they belong to.
//
//     google::InitGoogleLogging(argv[0], &ctx::log::glog_prefix);   // glog's own files and stderr:
//     LOG(INFO) << "paid";   // I20261120 16:27:08.095260 7 a.cpp:9 trace_id=4bf9… span_id=00f0…] paid
//
//     ctx::log::GlogJson json{std::clog};                           // and, or, lines of JSON
//     google::AddLogSink(&json);
//
// The two are independent. Call sites stay as they are. Where glog/logging.h is included without
// this header and not through the target ctx::glog, define GLOG_CUSTOM_PREFIX_SUPPORT before it.
//
// Threads   Log from any thread; glog calls both on the thread that logs.
// Errors    Nothing throws. What a sink refuses is lost and counted, see json_writer.hpp. A function
//           that gets the lines must not log through glog, which holds its lock meanwhile.
// Cost      A few snprintf's worth for the prefix; for the sink see json_writer.hpp.

#pragma once

#ifndef GLOG_CUSTOM_PREFIX_SUPPORT
#define GLOG_CUSTOM_PREFIX_SUPPORT
#endif

#include <ctx/export.hpp>
#include <ctx/logging/json_writer.hpp>

#include <glog/logging.h>

#include <cstddef>
#include <iosfwd>
#include <string>

namespace ctx::log {

/// Writes glog's usual prefix, and the ids and declared fields of the current context in front of
/// its `]`. For google::InitGoogleLogging(). @param data  not looked at.
CTX_EXPORT void glog_prefix(std::ostream& out, const google::LogMessageInfo& message, void* data);

/// Writes ` trace_id=… span_id=… name=value…` of the current context, or nothing: for prefix
/// functions of one's own.
CTX_EXPORT void write_glog_suffix(std::ostream& out);

/// Gives each record of glog to a JsonWriter. Take it out (google::RemoveLogSink) before it ends.
class CTX_EXPORT GlogJson final : public google::LogSink {
public:
    struct Options {
        std::string logger = {};  ///< the member "logger" of each line
        JsonLines::Options lines = {};
    };

    explicit GlogJson(JsonWriter::Sink sink);
    GlogJson(JsonWriter::Sink sink, Options options);
    /// The stream is flushed before a LOG(FATAL) ends the process.
    explicit GlogJson(std::ostream& out);
    GlogJson(std::ostream& out, Options options);

    using google::LogSink::send;
    void send(google::LogSeverity severity, const char* full_filename, const char* base_filename,
              int line, const google::LogMessageTime& time, const char* message,
              std::size_t message_len) override;

private:
    std::string logger_;
    JsonWriter writer_;
};

}  // namespace ctx::log
