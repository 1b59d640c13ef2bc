// The Asio that ctx::asio is compiled with. `ctx::asio::net` is its namespace.

#pragma once

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#define CTX_ASIO_HAS_CANCELLATION 1

namespace ctx::asio {

namespace net = ::boost::asio;

namespace detail {

using error_code = boost::system::error_code;
using system_error = boost::system::system_error;

}  // namespace detail
}  // namespace ctx::asio
