// A record of Boost.Log is one line of JSON with the trace id of its caller.
// Prints: the line has its trace id
#include <ctx/context.hpp>
#include <ctx/logging/boost_log.hpp>

#include <boost/core/null_deleter.hpp>
#include <boost/log/core.hpp>
#include <boost/log/sinks/async_frontend.hpp>
#include <boost/log/sinks/text_ostream_backend.hpp>
#include <boost/log/trivial.hpp>
#include <boost/make_shared.hpp>

#include <cstdio>
#include <sstream>

int main() {
    std::ostringstream written;
    auto backend = boost::make_shared<boost::log::sinks::text_ostream_backend>();
    backend->add_stream(boost::shared_ptr<std::ostream>{&written, boost::null_deleter{}});
    using Sink = boost::log::sinks::asynchronous_sink<boost::log::sinks::text_ostream_backend>;
    auto sink = boost::make_shared<Sink>(backend);
    sink->set_formatter(ctx::log::BoostLogJson{});
    boost::log::core::get()->add_sink(sink);
    if (!ctx::log::install_boost_log()) return 1;

    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    {
        const ctx::Scope scope{ctx::Context{}.with_span(
            {.trace_id = *trace, .span_id = {}, .flags = {}, .trace_state = {}})};
        BOOST_LOG_TRIVIAL(info) << "accepted";
    }
    boost::log::core::get()->remove_sink(sink);
    sink->stop();
    sink->flush();
    if (written.str().find("4bf92f3577b34da6a3ce929d0e0e4736") != std::string::npos)
        std::puts("the line has its trace id");
}
