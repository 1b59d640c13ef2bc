// One HTTP/1.1 request over a socket of 127.0.0.1, for tests of servers.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace ctx::test {

/// A connection that is open until it goes out of scope.
class Connection {
public:
    explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot connect");
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(socket_); }

    void send(const std::string& text) {
        if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(text.size())) {
            throw std::runtime_error("cannot send");
        }
    }

    /// Nothing more will be sent.
    void close_half() { ::shutdown(socket_, SHUT_WR); }

    /// Until the peer closes.
    std::string read_all() {
        std::string all;
        std::array<char, 65536> buffer;
        for (;;) {
            const ssize_t read = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (read <= 0) return all;
            all.append(buffer.data(), static_cast<std::size_t>(read));
        }
    }

private:
    int socket_;
};

inline std::string request_text(const std::string& method, const std::string& path,
                                const std::string& headers) {
    return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers +
           "\r\n";
}

/// The whole answer: status line, headers, body.
inline std::string ask(int port, const std::string& path, const std::string& headers = {},
                       const std::string& method = "GET") {
    Connection connection{port};
    connection.send(request_text(method, path, headers));
    return connection.read_all();
}

}  // namespace ctx::test
