// ctx/logging/boost_log.hpp: records of Boost.Log that know which request they belong to.
//
//     ctx::log::install_boost_log();                        // records capture the context
//     sink->set_formatter(ctx::log::BoostLogJson{});        // and this sink shows it, as JSON,
//     text->set_formatter(expr::stream << expr::smessage    // or behind a pattern of one's own
//                                      << expr::wrap_formatter(ctx::log::BoostLogSuffix{}));
//     BOOST_LOG_TRIVIAL(info) << "paid";                    // call sites stay as they are
//
// A global attribute holds the context and the time of each record. Boost.Log evaluates attributes
// where a record is opened, on the thread that logs, so that asynchronous sinks are right as well.
// Boost.Log adds the end of the line (auto_newline); a line of JSON never contains another one.
//
// Threads   Everything is safe from any thread; install_boost_log() in front of the first record.
// Errors    A record without the attribute has no ids: never those of whoever formats it. What a
//           sink throws goes to its exception handler. Ill-formed UTF-8 is repaired and counted.
// Cost      An allocation and a clock for each record that some sink wants; the context is held, by
//           one reference, until the record is gone.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <boost/log/attributes/attribute.hpp>
#include <boost/log/core/record_view.hpp>
#include <boost/log/utility/formatting_ostream_fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace ctx::log {

/// The name of the attribute.
inline constexpr const char* boost_log_attribute_name = "RequestContext";

/// What the attribute holds: where and when a record was logged.
struct CTX_EXPORT LoggedContext {
    Context context;
    std::chrono::system_clock::time_point time;
};

/// The attribute itself, for those who rather give it to some loggers than to all.
[[nodiscard]] CTX_EXPORT boost::log::attribute boost_log_attribute();

/// Gives the attribute to all records. @return false when nothing was done: another attribute has
/// its name, or OTEL_SDK_DISABLED=true.
CTX_EXPORT bool install_boost_log();

/// The context of `record`, for formatters of one's own. Valid as long as both arguments are.
[[nodiscard]] CTX_EXPORT RecordContext record_context(const boost::log::record_view& record,
                                                      FragmentBuffer& buffer);

/// A formatter: one line of JSON per record (ctx/logging/json_line.hpp), from its attributes
/// "Message", "Channel" and "Severity".
class CTX_EXPORT BoostLogJson {
public:
    struct Options {
        JsonLines::Options lines = {};
        /// For severities of one's own; null: boost::log::trivial::severity_level, else info.
        std::function<Level(const boost::log::record_view&)> level = {};
    };

    BoostLogJson();
    explicit BoostLogJson(Options options);

    void operator()(const boost::log::record_view& record,
                    boost::log::formatting_ostream& out) const;

private:
    std::shared_ptr<const Options> options_;
};

/// A part of a formatter: ` trace_id=… span_id=… name=value…`, or nothing (text_suffix.hpp).
struct CTX_EXPORT BoostLogSuffix {
    void operator()(const boost::log::record_view& record,
                    boost::log::formatting_ostream& out) const;
};

}  // namespace ctx::log
