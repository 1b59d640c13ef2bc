// The Asio that ctx::asio is compiled with: Boost's, or where CTX_ASIO_STANDALONE is defined the one
// that needs no Boost. `ctx::asio::net` is its namespace, CTX_ASIO_VERSION its own version: 101800
// for Boost 1.74, 102600 for 1.81. What versions lack is said here.

#pragma once

#include <utility>  // which Boost 1.74 forgets

#ifdef CTX_ASIO_STANDALONE

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/execution.hpp>
#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <asio/query.hpp>
#include <asio/require.hpp>
#include <asio/strand.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>

#define CTX_ASIO_VERSION ASIO_VERSION
#if ASIO_VERSION >= 102200
#include <asio/associator.hpp>
#include <asio/cancellation_signal.hpp>
#define CTX_ASIO_HAS_CANCELLATION 1
#endif
#ifdef ASIO_HAS_CO_AWAIT
#define CTX_ASIO_HAS_AWAITABLE 1
#endif

namespace ctx::asio {

namespace net = ::asio;

namespace detail {

using error_code = ::asio::error_code;
using system_error = ::asio::system_error;

}  // namespace detail
}  // namespace ctx::asio

#else

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/version.hpp>
#include <boost/system/system_error.hpp>

#define CTX_ASIO_VERSION BOOST_ASIO_VERSION
#if BOOST_ASIO_VERSION >= 102200
#include <boost/asio/associator.hpp>
#include <boost/asio/cancellation_signal.hpp>
#define CTX_ASIO_HAS_CANCELLATION 1
#endif
#ifdef BOOST_ASIO_HAS_CO_AWAIT
#define CTX_ASIO_HAS_AWAITABLE 1
#endif

namespace ctx::asio {

namespace net = ::boost::asio;

namespace detail {

using error_code = ::boost::system::error_code;
using system_error = ::boost::system::system_error;

}  // namespace detail
}  // namespace ctx::asio

#endif

// Operations that can be cancelled one by one, tokens around tokens, associators: from Asio 1.22 on,
// which is Boost 1.79.
#ifndef CTX_ASIO_HAS_CANCELLATION
#define CTX_ASIO_HAS_CANCELLATION 0
#endif
// asio::awaitable, which old Asios have with GCC only.
#ifndef CTX_ASIO_HAS_AWAITABLE
#define CTX_ASIO_HAS_AWAITABLE 0
#endif
