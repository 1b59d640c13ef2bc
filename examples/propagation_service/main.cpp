// An HTTP service that does nothing but hand its caller's context on: for harnesses that check how
// trace context and baggage travel.
//
//   $ PORT=7777 OTEL_PROPAGATORS=tracecontext,baggage ./propagation_service &
//   $ curl -H 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
//          -d '[{"url": "http://127.0.0.1:8000/callback", "arguments": []}]' localhost:7777
//   {"calls":[{"status":200,"url":"http://127.0.0.1:8000/callback"}],"trace_id":"0af7…"}

#include "session.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/integrations/http.hpp>
#include <ctx/propagation/propagator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int thread_count = 4;
constexpr std::string_view default_port = "7777";

constexpr std::string_view help =
    "usage: propagation_service [--port N]\n"
    "\n"
    "Serves HTTP/1.1 on 127.0.0.1. A POST with a JSON list [{\"url\": U, \"arguments\": [...]}, "
    "...]\n"
    "makes it POST each arguments list to its url, with the propagated headers of a child span,\n"
    "and answers 200 when all calls are done; the body says what became of them.\n"
    "\n"
    "  --port N   listen there; 0 takes a free port. Else the environment variable PORT,\n"
    "             else 7777. The first line of output says which it is.\n"
    "  --help     this text\n"
    "\n"
    "OTEL_PROPAGATORS names the formats: tracecontext, baggage, b3, b3multi, jaeger, xray,\n"
    "ottrace, datadog, tracingplane, tp, xcloud, grpcbin, sw8, none\n"
    "(default: tracecontext,baggage).\n";

std::optional<unsigned short> parse_port(std::string_view text) {
    unsigned short port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

/// What a connection ends with does not end the service.
void report(const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "propagation_service: a connection ended: %s\n", e.what());
    }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor, asio::io_context& io,
                                 const ctx::HttpTracing& tracing) {
    asio::steady_timer pause{io};
    for (;;) {
        error_code error;
        tcp::socket socket = co_await acceptor.async_accept(
            asio::make_strand(io), asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            const auto strand = socket.get_executor();
            asio::co_spawn(strand, serve(std::move(socket), tracing), &report);
            continue;
        }
        // Out of file descriptors: some connection has to end first.
        pause.expires_after(std::chrono::milliseconds{50});
        co_await pause.async_wait(asio::use_awaitable);
    }
}

tcp::acceptor listen(asio::io_context& io, unsigned short port) {
    const tcp::endpoint here{asio::ip::address_v4::loopback(), port};
    tcp::acceptor acceptor{io};
    acceptor.open(here.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address{true});
    acceptor.bind(here);
    acceptor.listen(1024);
    return acceptor;
}

void announce(const tcp::acceptor& acceptor, const ctx::Propagators& propagators) {
    std::cout << "propagation_service listens on http://127.0.0.1:"
              << acceptor.local_endpoint().port() << ", propagators:";
    for (const ctx::Format& format : propagators.formats())
        std::cout << ' ' << format.name;
    std::cout << (propagators.formats().empty() ? " none" : "") << std::endl;
}

void run(unsigned short port) {
    // Spans have ids and are recorded nowhere: what this service is for is to hand them on.
    const ctx::HttpTracing tracing{{.tracer = ctx::Tracer{{}}}};
    asio::io_context io{thread_count};
    tcp::acceptor acceptor = listen(io, port);
    asio::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&io](const error_code&, int) { io.stop(); });
    announce(acceptor, tracing.propagators());
    asio::co_spawn(io, accept_all(std::move(acceptor), io, tracing), &report);
    std::vector<std::jthread> threads;
    for (int i = 1; i < thread_count; ++i)
        threads.emplace_back([&io] { io.run(); });
    io.run();
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    const char* environment_port = std::getenv("PORT");
    std::string_view port_text = environment_port == nullptr ? default_port : environment_port;
    if (arguments.size() == 1 && arguments[0] == "--help") {
        std::cout << help;
        return 0;
    }
    if (arguments.size() == 2 && arguments[0] == "--port") {
        port_text = arguments[1];
    } else if (!arguments.empty()) {
        std::cerr << help;
        return 2;
    }
    const std::optional<unsigned short> port = parse_port(port_text);
    if (!port) {
        std::cerr << "propagation_service: '" << port_text << "' is not a port (0 to 65535)\n";
        return 2;
    }
    ctx::set_diagnostics_handler([](const ctx::Diagnostic& d) noexcept {
        std::fprintf(stderr, "ctx %.*s: %.*s\n", static_cast<int>(d.component.size()),
                     d.component.data(), static_cast<int>(d.message.size()), d.message.data());
    });
    try {
        run(*port);
    } catch (const boost::system::system_error& e) {
        std::cerr << "propagation_service: cannot serve on 127.0.0.1:" << *port << ": "
                  << e.code().message() << '\n';
        return 1;
    }
}
