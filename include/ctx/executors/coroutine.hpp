// ctx/executors/coroutine.hpp: C++20 coroutines that keep their context.
//
// | the coroutine                       | what to do                                             |
// |-------------------------------------|--------------------------------------------------------|
// | yours, and asynchronous             | ctx::task (task.hpp), started by spawn.hpp             |
// | the same, awaiting Asio             | co_await x.async_y(ctx::asio::use_task)                |
// | yours, a sequence                   | ctx::generator (generator.hpp)                         |
// | of a type of your own               | ctx::ContextPromise as its base (context_promise.hpp)  |
// | of somebody else's type             | co_await ctx::await(x) (await.hpp)                     |
// | boost::asio::awaitable              | co_spawn(ctx::asio::wrap(io), …) (asio/wrap.hpp)       |
//
// Not to be hooked: a plain co_await in a coroutine of somebody else's type. Where it goes on on
// another thread the context is empty, never another request's.
//
// Threads   See the headers: a coroutine runs on one thread at a time.
// Errors    See the headers: exceptions come out of the co_await.
// Cost      See the headers; no await allocates.

#pragma once

#include <ctx/executors/cancellation.hpp>
#include <ctx/executors/coroutine/await.hpp>
#include <ctx/executors/coroutine/context_promise.hpp>
#include <ctx/executors/coroutine/generator.hpp>
#include <ctx/executors/coroutine/resume_on.hpp>
#include <ctx/executors/coroutine/spawn.hpp>
#include <ctx/executors/coroutine/task.hpp>
#include <ctx/executors/coroutine/when_all.hpp>
#include <ctx/executors/coroutine/when_any.hpp>
