// A line of glog has the trace id of its caller, as JSON and in glog's own text.
// Prints: the line has its trace id
// Prints: the prefix has its trace id
#include <ctx/context.hpp>
#include <ctx/logging/glog.hpp>

#include <cstdio>
#include <sstream>

int main() {
    std::ostringstream written;
    ctx::log::GlogJson json{written};
    google::AddLogSink(&json);

    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    const ctx::Scope scope{ctx::Context{}.with_span(
        {.trace_id = *trace, .span_id = {}, .flags = {}, .trace_state = {}})};
    LOG(INFO) << "accepted";
    google::RemoveLogSink(&json);
    if (written.str().find("4bf92f3577b34da6a3ce929d0e0e4736") != std::string::npos)
        std::puts("the line has its trace id");

    std::ostringstream prefix;
    const google::LogMessageTime time;
    ctx::log::glog_prefix(prefix, google::LogMessageInfo{"INFO", "orders.cpp", 9, 7, time},
                          nullptr);
    if (prefix.str().ends_with("7 orders.cpp:9 trace_id=4bf92f3577b34da6a3ce929d0e0e4736]"))
        std::puts("the prefix has its trace id");
}
