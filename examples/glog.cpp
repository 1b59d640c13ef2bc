// Lines of glog say which request they belong to: as glog writes them, and as JSON.
//
//   I20261120 16:27:08.095260 17 glog.cpp:23 trace_id=4bf9… span_id=…2a] order 17 accepted
//   {"timestamp":"…","level":"info","logger":"","message":"order 17 accepted","trace_id":"4bf9…",…}

#include <ctx/context.hpp>
#include <ctx/logging/glog.hpp>

#include <glog/logging.h>

#include <iostream>

int main(int /*argc*/, char** argv) {
    // [snippet install]
    google::InitGoogleLogging(argv[0], &ctx::log::glog_prefix);  // glog's own lines
    ctx::log::GlogJson json{std::cout};                          // and lines of JSON
    google::AddLogSink(&json);
    // [end]
    FLAGS_logtostdout = true;  // in place of files
    const auto trace = *ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    {
        const ctx::Scope request{ctx::Context{}.with_span({trace, ctx::SpanId{42}, {}, {}, true})};
        LOG(INFO) << "order " << 17 << " accepted";
    }
    google::RemoveLogSink(&json);
}
