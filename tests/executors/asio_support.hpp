// Asio as the tests see it, whichever it is.

#pragma once

#include <ctx/executors/asio/detail/net.hpp>

#ifdef CTX_ASIO_STANDALONE
#include <asio/experimental/append.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/channel.hpp>
#include <asio/experimental/concurrent_channel.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/experimental/parallel_group.hpp>

#include <asio.hpp>
#else
#include <boost/asio.hpp>
#if CTX_ASIO_HAS_CANCELLATION
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#endif
#endif

namespace ctx {

using asio::detail::error_code;
using asio::detail::system_error;

namespace test {

#ifdef CTX_ASIO_STANDALONE
using asio::net::experimental::append;
using asio::net::experimental::as_tuple;
using asio::net::experimental::deferred;
#elif CTX_ASIO_HAS_CANCELLATION
using asio::net::append;
using asio::net::as_tuple;
using asio::net::deferred;
#endif

}  // namespace test
}  // namespace ctx
