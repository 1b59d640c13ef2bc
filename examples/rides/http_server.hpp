// A small HTTP/1.1 server on a port of 127.0.0.1. It knows nothing of tracing: see service.hpp.

#pragma once

#include "http.hpp"

#include <absl/status/statusor.h>

#include <memory>
#include <string>

namespace rides {

/// Accepts from listen() until stop(). Header blocks are limited to 64 KiB, bodies to 64 KiB, a
/// client that stalls is dropped after 10 seconds, an idle one after 60.
class HttpServer {
public:
    /// Binds to 127.0.0.1:`port`; 0 takes any free port. Connections run on `io`.
    /// @return what the system says, with the port, when it cannot be had.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<HttpServer>> listen(net::io_context& io,
                                                                            unsigned short port);

    [[nodiscard]] unsigned short port() const { return port_; }

    /// Begins to accept. `handler` is called on the threads of `io`.
    void start(Handler handler);
    /// Accepts nothing more; open connections stay. Call it when `io` has stopped, or on it.
    void stop();

private:
    explicit HttpServer(tcp::acceptor acceptor);
    net::awaitable<void> accept();

    tcp::acceptor acceptor_;
    unsigned short port_;
    Handler handler_;
};

}  // namespace rides
