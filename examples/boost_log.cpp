// Records of Boost.Log, written by another thread, say which request they belong to.
//
//   {"timestamp":"…","level":"info","logger":"","message":"order 17 accepted","trace_id":"4bf9…",…}

#include <ctx/context.hpp>
#include <ctx/logging/boost_log.hpp>

#include <boost/core/null_deleter.hpp>
#include <boost/log/sinks.hpp>
#include <boost/log/trivial.hpp>

#include <iostream>

int main() {  // NOLINT(bugprone-exception-escape): ends the example, as it should
    // [snippet install]
    using Sink = boost::log::sinks::asynchronous_sink<boost::log::sinks::text_ostream_backend>;
    const auto sink = boost::make_shared<Sink>();
    sink->set_formatter(ctx::log::BoostLogJson{});
    ctx::log::install_boost_log();
    // [end]
    sink->locked_backend()->add_stream({&std::cout, boost::null_deleter{}});
    boost::log::core::get()->add_sink(sink);
    const auto trace = *ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    {
        const ctx::Scope request{ctx::Context{}.with_span({trace, ctx::SpanId{42}, {}, {}, true})};
        BOOST_LOG_TRIVIAL(info) << "order " << 17 << " accepted";
    }
    boost::log::core::get()->remove_sink(sink);
    sink->flush();
}
