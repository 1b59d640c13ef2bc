// ctx/executors/asio.hpp: contexts in Boost.Asio: executors, coroutines, completion handlers.
//
//     co_spawn(ctx::asio::wrap(io), session(), detached);          // wrap.hpp
//     timer.async_wait(ctx::asio::propagate(callback));            // propagate.hpp
//     co_await ctx::asio::with_context(child_context, part);       // with_context.hpp
//     co_await timer.async_wait(ctx::asio::use_task);              // use_task.hpp
//
// | the code                                   | its context                                     |
// |--------------------------------------------|-------------------------------------------------|
// | coroutine spawned on wrap(ex)              | the spawner's, after every co_await             |
// | coroutine on a strand                      | the same: spawn on wrap(make_strand(ex))        |
// | part of a coroutine                        | co_await with_context(context, part)            |
// | ctx::task that awaits with use_task        | its own, whatever the executor                  |
// | posted to wrap(ex)                         | that of whoever called wrap()                   |
// | callback of an operation on a plain object | propagate(callback): the initiator's            |
// | anything on a plain executor               | none                                            |
//
// Of Boost.Asio 1.74 to 1.81; where CTX_ASIO_STANDALONE is defined, of the Asio 1.22 that needs no
// Boost: `boost::asio` is `asio` then in all that is said here, boost::system::error_code is
// std::error_code, and all sources of a program define it or none. What old versions lack
// (cancellation of single operations, tokens around tokens) is absent with them.
//
// Threads   As the executors inside: a context adds no restriction.
// Errors    See the headers below: work without a context is counted, never refused.
// Cost      See the headers below; measured in bench/executors_bench.cpp.

#pragma once

#include <ctx/executors/asio/executor.hpp>
#include <ctx/executors/asio/propagate.hpp>
#include <ctx/executors/asio/use_task.hpp>
#include <ctx/executors/asio/with_context.hpp>
#include <ctx/executors/asio/wrap.hpp>
