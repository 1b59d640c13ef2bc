#include "http_server.hpp"

#include <absl/status/status.h>

#include <chrono>
#include <string>
#include <utility>

namespace rides {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t max_header_bytes = 64 * 1024;
constexpr std::uint64_t max_body_bytes = 64 * 1024;

/// Waits for the handler's answer, from whatever thread it comes.
net::awaitable<Response> ask(const Handler& handler, const Request& request) {
    return net::async_initiate<const net::use_awaitable_t<>&, void(Response)>(
        [](auto completion, const Handler* call, const Request* with) {
            const auto executor = net::get_associated_executor(completion);
            auto shared = std::make_shared<decltype(completion)>(std::move(completion));
            (*call)(*with, [shared, executor](Response response) {
                net::post(executor, [shared, answered = std::move(response)]() mutable {
                    (*shared)(std::move(answered));
                });
            });
        },
        net::use_awaitable, &handler, &request);
}

http::status status_of(const beast::error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return http::status::request_header_fields_too_large;
    }
    if (error == http::error::body_limit) return http::status::payload_too_large;
    return http::status::bad_request;
}

bool is_protocol_error(const beast::error_code& error) {
    return error.category() == make_error_code(http::error::end_of_stream).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

net::awaitable<void> refuse_and_close(beast::tcp_stream& stream, const beast::error_code& error) {
    Response response = refusal(status_of(error), error.message());
    response.keep_alive(false);
    response.prepare_payload();
    stream.expires_after(seconds{10});
    co_await http::async_write(stream, response, net::use_awaitable);
    // What the client still sends would reset the connection before it has read the answer.
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    std::string rest(64 * 1024, '\0');
    for (std::size_t drained = 0; !ignored && drained < 4U * 1024 * 1024;) {
        drained += co_await stream.async_read_some(
            net::buffer(rest), net::redirect_error(net::use_awaitable, ignored));
    }
}

net::awaitable<void> converse(beast::tcp_stream stream, const Handler& handler) {
    beast::flat_buffer buffer;
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.header_limit(max_header_bytes);
        parser.body_limit(max_body_bytes);
        stream.expires_after(seconds{60});
        beast::error_code error;
        co_await http::async_read(stream, buffer, parser,
                                  net::redirect_error(net::use_awaitable, error));
        if (is_protocol_error(error)) co_await refuse_and_close(stream, error);
        if (error) co_return;

        const Request& request = parser.get();
        stream.expires_never();
        Response response = co_await ask(handler, request);
        response.version(request.version());
        response.keep_alive(request.keep_alive());
        response.prepare_payload();
        http::response_serializer<http::string_body> serializer{response};
        serializer.split(request.method() == http::verb::head);
        stream.expires_after(seconds{10});
        if (request.method() == http::verb::head) {
            co_await http::async_write_header(stream, serializer, net::use_awaitable);
        } else {
            co_await http::async_write(stream, serializer, net::use_awaitable);
        }
        if (!request.keep_alive()) co_return;
    }
}

/// A connection that breaks is the end of that connection and of nothing else.
void forget(const std::exception_ptr& /*broken*/) {}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::listen(net::io_context& io,
                                                               unsigned short port) {
    const tcp::endpoint endpoint{net::ip::address_v4::loopback(), port};
    tcp::acceptor acceptor{io};
    beast::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
    if (error) {
        return absl::UnavailableError("cannot listen on 127.0.0.1:" + std::to_string(port) + ": " +
                                      error.message());
    }
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(acceptor)));
}

HttpServer::HttpServer(tcp::acceptor acceptor)
    : acceptor_(std::move(acceptor)), port_(acceptor_.local_endpoint().port()) {}

void HttpServer::start(Handler handler) {
    handler_ = std::move(handler);
    net::co_spawn(acceptor_.get_executor(), accept(), forget);
}

void HttpServer::stop() {
    beast::error_code ignored;
    acceptor_.close(ignored);
}

net::awaitable<void> HttpServer::accept() {
    net::steady_timer pause{acceptor_.get_executor()};
    while (acceptor_.is_open()) {
        beast::error_code error;
        auto strand = net::make_strand(acceptor_.get_executor());
        tcp::socket socket =
            co_await acceptor_.async_accept(strand, net::redirect_error(net::use_awaitable, error));
        if (!error) {
            net::co_spawn(strand, converse(beast::tcp_stream{std::move(socket)}, handler_), forget);
        } else if (error != net::error::operation_aborted) {
            // Out of descriptors, most likely: trying again at once would only burn.
            pause.expires_after(std::chrono::milliseconds{50});
            co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
        }
    }
}

}  // namespace rides
