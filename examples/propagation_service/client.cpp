#include "client.hpp"

#include <ctx/integrations/beast.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

http::request<http::string_body> make_request(const Call& call) {
    const Address& to = call.address;
    http::request<http::string_body> request{http::verb::post, to.target, 11};
    request.set(http::field::host, to.host + ":" + to.port);
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    request.body() = call.arguments;
    request.prepare_payload();
    return request;
}

using Response = http::response<http::string_body>;

asio::awaitable<Response> exchange(const Address& to, http::request<http::string_body> request) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver{executor};
    const auto endpoints = co_await resolver.async_resolve(to.host, to.port, use_awaitable);
    beast::tcp_stream stream{executor};
    stream.expires_after(std::chrono::seconds{10});
    co_await stream.async_connect(endpoints, use_awaitable);
    co_await http::async_write(stream, request, use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.header_limit(64 * 1024);
    co_await http::async_read(stream, buffer, parser, use_awaitable);
    co_return parser.release();
}

}  // namespace

asio::awaitable<Outcome> send_call(const Call& call, ctx::Context parent,
                                   const ctx::HttpTracing& tracing) {
    Outcome outcome;
    if (call.address.host.empty()) {
        outcome.error = "not an address of the form http://host[:port][/path]";
        co_return outcome;
    }
    // [snippet call]
    auto request = make_request(call);
    auto span = tracing.call(request, {.server_address = call.address.host, .parent = parent});
    try {
        const Response response = co_await exchange(call.address, std::move(request));
        span.finish(response);
        outcome.status = static_cast<int>(response.result_int());
    } catch (const boost::system::system_error& failure) {
        outcome.error = failure.code().message();
    } catch (const std::exception& failure) {
        outcome.error = failure.what();
    }
    if (!outcome.error.empty()) span.fail(outcome.error);
    // [end]
    co_return outcome;
}
