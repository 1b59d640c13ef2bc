// Asio as the tests see it.

#pragma once

#include <ctx/executors/asio/detail/net.hpp>

#include <boost/asio.hpp>

namespace ctx {

using asio::detail::error_code;
using asio::detail::system_error;

namespace test {

using asio::net::as_tuple;
using asio::net::deferred;

}  // namespace test
}  // namespace ctx
