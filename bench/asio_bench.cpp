// Asio through the wrapper beside bare Asio: post and run one function, one co_await of a post,
// in its coroutines and in a ctx::task.

#include "support/allocations.hpp"
#include <ctx/context.hpp>
#include <ctx/executors.hpp>
#include <ctx/executors/asio.hpp>

#include <benchmark/benchmark.h>
#include <boost/asio.hpp>

namespace {

namespace net = boost::asio;

ctx::Context request() {
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

template <typename Executor>
void post_and_run(benchmark::State& state, net::io_context& io, const Executor& executor) {
    const auto guard = net::make_work_guard(io);
    const ctx::bench::AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        net::post(executor, [&value] { benchmark::DoNotOptimize(++value); });
        io.poll_one();
    }
}

void floor_asio_post(benchmark::State& state) {
    net::io_context io{1};
    post_and_run(state, io, io.get_executor());
}
BENCHMARK(floor_asio_post);

void asio_post(benchmark::State& state) {
    net::io_context io{1};
    post_and_run(state, io, ctx::asio::wrap(io, request()));
}
BENCHMARK(asio_post);

void floor_asio_post_erased(benchmark::State& state) {
    net::io_context io{1};
    post_and_run(state, io, net::any_io_executor{io.get_executor()});
}
BENCHMARK(floor_asio_post_erased);

void asio_post_erased(benchmark::State& state) {
    net::io_context io{1};
    post_and_run(state, io, net::any_io_executor{ctx::asio::wrap(io, request())});
}
BENCHMARK(asio_post_erased);

template <typename Executor>
void await_post(benchmark::State& state, net::io_context& io, const Executor& executor) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    net::co_spawn(
        executor,
        [&state]() -> net::awaitable<void> {
            for (auto _ : state) {
                co_await net::post(net::use_awaitable);
            }
        },
        net::detached);
    io.run();
}

void floor_asio_await_post(benchmark::State& state) {
    net::io_context io{1};
    await_post(state, io, io.get_executor());
}
BENCHMARK(floor_asio_await_post);

void asio_await_post(benchmark::State& state) {
    net::io_context io{1};
    await_post(state, io, ctx::asio::wrap(io, request()));
}
BENCHMARK(asio_await_post);

ctx::task<> await_posts(benchmark::State& state, net::io_context& io) {
    for (auto _ : state) {
        co_await net::post(io, ctx::asio::use_task);
    }
}

void asio_use_task_post(benchmark::State& state) {
    net::io_context io{1};
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    const std::future<void> begun = ctx::start(await_posts(state, io));
    io.run();
}
BENCHMARK(asio_use_task_post);

}  // namespace

BENCHMARK_MAIN();
