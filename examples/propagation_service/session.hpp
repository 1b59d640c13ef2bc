// One connection to the service.

#pragma once

#include <ctx/integrations/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

/// Answers the requests of one client until it leaves. The executor of `socket` must be a strand.
[[nodiscard]] boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket,
                                                 const ctx::HttpTracing& tracing);
