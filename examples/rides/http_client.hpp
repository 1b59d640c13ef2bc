// Asks a service over HTTP/1.1, on connections that are kept open between requests.

#pragma once

#include "http.hpp"

#include <mutex>
#include <vector>

namespace rides {

/// Connections to one port of 127.0.0.1. Use it from any thread.
class Connections {
public:
    Connections(net::io_context& io, unsigned short port) : io_(&io), port_(port) {}

    /// Sends `request` and waits for its answer, at most 10 seconds for each.
    /// @throws boost::system::system_error when there is no answer.
    net::awaitable<Response> exchange(Request request);

private:
    struct Connection {
        explicit Connection(net::io_context& io) : stream(net::make_strand(io)) {}
        beast::tcp_stream stream;
        beast::flat_buffer buffer;
    };
    using ConnectionPtr = std::unique_ptr<Connection>;

    ConnectionPtr take_idle();
    void keep(ConnectionPtr connection);
    net::awaitable<ConnectionPtr> connect();

    net::io_context* io_;
    unsigned short port_;
    std::mutex mutex_;
    std::vector<ConnectionPtr> idle_;
};

/// Asks 127.0.0.1:`port` and blocks: for tests of the running demo.
/// @throws boost::system::system_error when there is no answer.
[[nodiscard]] Response blocking_get(unsigned short port, const std::string& target,
                                    std::string_view accept = "*/*");

}  // namespace rides
