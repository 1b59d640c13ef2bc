#include "http_client.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace rides {
namespace {

constexpr std::chrono::seconds patience{10};
constexpr std::size_t max_idle = 32;
constexpr std::uint64_t max_answer_bytes = std::uint64_t{64} << 20U;

net::awaitable<Response> ask_once(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                  const Request& request) {
    stream.expires_after(patience);
    co_await http::async_write(stream, request, net::use_awaitable);
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_answer_bytes);
    stream.expires_after(patience);
    co_await http::async_read(stream, buffer, parser, net::use_awaitable);
    stream.expires_never();
    co_return parser.release();
}

}  // namespace

Connections::ConnectionPtr Connections::take_idle() {
    const std::lock_guard lock{mutex_};
    if (idle_.empty()) return nullptr;
    ConnectionPtr connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

void Connections::keep(ConnectionPtr connection) {
    const std::lock_guard lock{mutex_};
    if (idle_.size() < max_idle) idle_.push_back(std::move(connection));
}

net::awaitable<Connections::ConnectionPtr> Connections::connect() {
    auto connection = std::make_unique<Connection>(*io_);
    connection->stream.expires_after(patience);
    co_await connection->stream.async_connect(tcp::endpoint{net::ip::address_v4::loopback(), port_},
                                              net::use_awaitable);
    connection->stream.socket().set_option(tcp::no_delay(true));
    co_return connection;
}

net::awaitable<Response> Connections::exchange(Request request) {
    request.set(http::field::host, "127.0.0.1:" + std::to_string(port_));
    request.keep_alive(true);
    request.prepare_payload();
    // The server may close an idle connection at any time; that says nothing of the next one.
    ConnectionPtr connection = take_idle();
    bool fresh = connection == nullptr;
    for (;;) {
        if (fresh) connection = co_await connect();
        try {
            Response response = co_await ask_once(connection->stream, connection->buffer, request);
            if (response.keep_alive()) keep(std::move(connection));
            co_return response;
        } catch (const boost::system::system_error&) {
            if (fresh) throw;
            fresh = true;
        }
    }
}

Response blocking_get(unsigned short port, const std::string& target, std::string_view accept) {
    net::io_context io{1};
    tcp::socket socket{io};
    socket.connect({net::ip::address_v4::loopback(), port});
    Request request{http::verb::get, target, 11};
    request.set(http::field::host, "127.0.0.1:" + std::to_string(port));
    request.set(http::field::accept, accept);
    request.keep_alive(false);
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_answer_bytes);
    http::read(socket, buffer, parser);
    return parser.release();
}

}  // namespace rides
