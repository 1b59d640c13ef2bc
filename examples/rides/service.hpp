// What every service of the demo does the same way: continue the caller's trace when a request
// comes in, and pass it on when it asks another service.

#pragma once

#include "http_client.hpp"
#include "telemetry.hpp"

#include <string>
#include <string_view>

namespace rides {

/// Runs `inner` within a server span named by `route`, a child of the caller's span, and with the
/// caller's baggage. When the answer is given the span ends and the duration is observed.
[[nodiscard]] Handler traced(const Service& service, std::string route, Handler inner);

/// Asks one other service, with a client span for each request.
class ServiceClient {
public:
    ServiceClient(net::io_context& io, const Service& service, std::string peer,
                  unsigned short port)
        : connections_(io, port), service_(&service), peer_(std::move(peer)) {}

    /// GET `path?query`; the trace and the baggage of the current context go along.
    /// @throws boost::system::system_error when there is no answer.
    net::awaitable<Response> get(std::string path, std::string query);

private:
    Connections connections_;
    const Service* service_;
    std::string peer_;
};

/// The value of the parameter `ride`: services pass it by hand and write it into every line, so
/// that a line can be checked against the ids that ctx put there. Empty unless it is a plain word.
[[nodiscard]] std::string ride_of(const Request& request);

}  // namespace rides
