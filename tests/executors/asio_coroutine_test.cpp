// After every co_await the context is the spawner's.

#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ctx {
namespace {

namespace net = asio::net;
#if CTX_ASIO_HAS_CANCELLATION
using namespace net::experimental::awaitable_operators;
#endif
using net::awaitable;
using net::co_spawn;
using net::detached;
using net::use_awaitable;
using test::here;
using test::request;

class AsioCoroutine : public test::ExecutorsTest {
protected:
    // Counts a look at the context, and a wrong one.
    void look(const Context& expected) {
        ++looks_;
        if (here() != expected.node()) ++wrong_;
    }

    void expect_looks(int count) {
        EXPECT_EQ(looks_, count);
        EXPECT_EQ(wrong_, 0);
    }

    awaitable<void> hop() { co_await net::post(co_await net::this_coro::executor, use_awaitable); }

    awaitable<int> nested(const Context& expected, int depth) {
        look(expected);
        co_await hop();
        look(expected);
        if (depth == 0) co_return 0;
        co_return 1 + co_await nested(expected, depth - 1);
    }

    net::io_context io_;
    std::atomic<int> looks_{0};
    std::atomic<int> wrong_{0};
};

TEST_F(AsioCoroutine, keeps_its_context_over_post_dispatch_and_timers) {
    const Context one = request(1);
    net::steady_timer foreign{io_};  // made on the plain io_context
    const auto body = [&]() -> awaitable<void> {
        look(one);
        co_await net::post(use_awaitable);
        look(one);
        co_await net::dispatch(use_awaitable);
        look(one);
        co_await net::post(io_, use_awaitable);  // to the plain executor
        look(one);
        net::steady_timer own{co_await net::this_coro::executor, std::chrono::nanoseconds{1}};
        co_await own.async_wait(use_awaitable);
        look(one);
        foreign.expires_after(std::chrono::nanoseconds{1});
        co_await foreign.async_wait(use_awaitable);
        look(one);
    };
    {
        const Scope scope{one};
        co_spawn(asio::wrap(io_), body, detached);
    }
    io_.run();
    expect_looks(6);
    EXPECT_EQ(here(), nullptr);
}

TEST_F(AsioCoroutine, keeps_its_context_over_nested_awaitables_and_exceptions) {
    const Context one = request(1);
    const auto fail = [&]() -> awaitable<void> {
        co_await hop();
        throw std::runtime_error{"from inside"};
    };
    int depth = 0;
    const auto body = [&]() -> awaitable<void> {
        depth = co_await nested(one, 5);
        look(one);
        try {
            co_await fail();
        } catch (const std::runtime_error&) {
            look(one);
        }
        look(one);
    };
    co_spawn(asio::wrap(io_, one), body, detached);
    io_.run();
    EXPECT_EQ(depth, 5);
    expect_looks(15);
}

TEST_F(AsioCoroutine, keeps_its_context_over_sockets) {
    const Context server_context = request(1);
    const Context client_context = request(2);
    net::ip::tcp::acceptor acceptor{io_, {net::ip::address_v4::loopback(), 0}};
    const std::string text(200'000, 'x');  // more than a socket buffer: many partial completions
    const auto serve = [&]() -> awaitable<void> {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        look(server_context);
        std::string got(text.size(), ' ');
        co_await net::async_read(socket, net::buffer(got), use_awaitable);
        look(server_context);
        co_await net::async_write(socket, net::buffer(got), use_awaitable);
        look(server_context);
    };
    const auto ask = [&]() -> awaitable<void> {
        net::ip::tcp::socket socket{co_await net::this_coro::executor};
        co_await socket.async_connect(acceptor.local_endpoint(), use_awaitable);
        look(client_context);
        co_await net::async_write(socket, net::buffer(text), use_awaitable);
        look(client_context);
        std::string got(text.size(), ' ');
        co_await net::async_read(socket, net::buffer(got), use_awaitable);
        look(client_context);
        EXPECT_EQ(got, text);
    };
    co_spawn(asio::wrap(io_, server_context), serve, detached);
    co_spawn(asio::wrap(io_, client_context), ask, detached);
    io_.run();
    expect_looks(6);
}

TEST_F(AsioCoroutine, a_coroutine_spawned_inside_has_the_spawners_context) {
    const Context one = request(1);
    const auto child = [&]() -> awaitable<int> {
        look(one);
        co_await hop();
        look(one);
        co_return 7;
    };
    int result = 0;
    const auto body = [&]() -> awaitable<void> {
        co_spawn(asio::wrap(io_), child, detached);  // wraps the current context
        co_spawn(co_await net::this_coro::executor, child, [&](std::exception_ptr, int seven) {
            look(one);
            result += seven;
        });
        result += co_await co_spawn(asio::wrap(io_), child, use_awaitable);
        look(one);
    };
    co_spawn(asio::wrap(io_, one), body, detached);
    io_.run();
    EXPECT_EQ(result, 14);
    expect_looks(8);
}

#if CTX_ASIO_HAS_CANCELLATION  // the operators && and || of awaitables
TEST_F(AsioCoroutine, keeps_its_context_over_and_and_or) {
    const Context one = request(1);
    const auto wait = [&](std::chrono::nanoseconds time) -> awaitable<int> {
        net::steady_timer timer{co_await net::this_coro::executor, time};
        co_await timer.async_wait(use_awaitable);
        look(one);
        co_return 1;
    };
    const auto body = [&]() -> awaitable<void> {
        const auto [a, b] = co_await (wait(std::chrono::nanoseconds{1}) && nested(one, 2));
        look(one);
        EXPECT_EQ(a + b, 3);
        // The loser waits for an hour unless it is cancelled.
        const auto first = co_await (wait(std::chrono::hours{1}) || nested(one, 1));
        look(one);
        EXPECT_EQ(first.index(), 1u);
    };
    co_spawn(asio::wrap(io_, one), body, detached);
    io_.run();
    expect_looks(1 + 6 + 1 + 4 + 1);
}
#endif

TEST_F(AsioCoroutine, keeps_its_context_on_a_strand_shared_with_others) {
    net::thread_pool pool{3};
    const auto strand = net::make_strand(pool);
    int shared = 0;  // guarded by the strand
    std::vector<Context> contexts;
    for (std::uint64_t i = 0; i < 20; ++i)
        contexts.push_back(request(i));
    for (const Context& mine : contexts) {
        co_spawn(
            asio::wrap(strand, mine),
            [&, mine]() -> awaitable<void> {
                for (int i = 0; i < 10; ++i) {
                    ++shared;
                    look(mine);
                    co_await hop();
                    EXPECT_TRUE(strand.running_in_this_thread());
                }
            },
            detached);
    }
    pool.join();
    EXPECT_EQ(shared, 200);
    expect_looks(200);
}

#if CTX_ASIO_HAS_CANCELLATION  // channels, deferred, tokens around tokens
TEST_F(AsioCoroutine, keeps_its_context_over_channels_and_other_tokens) {
    const Context one = request(1);
    const Context two = request(2);
    using Channel = net::experimental::channel<void(error_code, int)>;
    Channel channel{io_};
    const auto send = [&]() -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            co_await channel.async_send(error_code{}, i, use_awaitable);
            look(one);
        }
    };
    const auto receive = [&]() -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(co_await channel.async_receive(use_awaitable), i);
            look(two);
        }
        auto [error] = co_await net::post(test::append(test::as_tuple(use_awaitable), 5));
        look(two);
        EXPECT_EQ(error, 5);
    };
    co_spawn(asio::wrap(io_, one), send, detached);
    co_spawn(asio::wrap(io_, two), receive, detached);
    io_.run();
    expect_looks(7);
}

TEST_F(AsioCoroutine, propagate_brings_the_context_into_a_coroutine_on_a_plain_executor) {
    const Context one = request(1);
    net::steady_timer timer{io_, std::chrono::nanoseconds{1}};
    const auto body = [&]() -> awaitable<void> {
        EXPECT_EQ(here(), nullptr);  // a plain coroutine has none
        auto waiting = timer.async_wait(asio::propagate(test::deferred));
        const auto start = [&](auto handler) {
            const Scope scope{one};
            std::move(waiting)(std::move(handler));
        };
        co_await net::async_initiate<const net::use_awaitable_t<>, void(error_code)>(start,
                                                                                     use_awaitable);
        look(one);
        co_await hop();
        EXPECT_EQ(here(), nullptr);
    };
    co_spawn(io_, body, detached);
    io_.run();
    expect_looks(1);
}
#endif

TEST_F(AsioCoroutine, a_scope_between_awaits_is_fine_and_one_over_an_await_is_counted) {
    const test::CountMisuseOnly quiet;
    const Context one = request(1);
    const Context two = request(2);
    std::uint64_t misused = 0;
    const auto count = [] {
        std::uint64_t sum = 0;
        for (const StatSample& stat : stats()) {
            if (stat.name == "ctx_scope_left_open_total" || stat.name == "ctx_scope_misuse_total")
                sum += stat.value;
        }
        return sum;
    };
    const auto body = [&]() -> awaitable<void> {
        const std::uint64_t before = count();
        {
            const Scope scope{two};
            look(two);
        }
        co_await hop();
        EXPECT_EQ(count(), before);
        {
            const Scope scope{two};
            co_await hop();
            look(one);  // falls back to the executor's
        }
        look(one);
        co_await hop();
        look(one);
        misused = count() - before;
    };
    co_spawn(asio::wrap(io_, one), body, detached);
    io_.run();
    EXPECT_EQ(misused, 2u);  // left open at the suspension, ended where it was not open
    expect_looks(4);
}

TEST_F(AsioCoroutine, a_stopped_io_context_lets_go_of_suspended_coroutines) {
    const std::int64_t live = live_contexts();
    {
        net::io_context io;
        co_spawn(
            asio::wrap(io, request(1)),
            []() -> awaitable<void> {
                net::steady_timer never{co_await net::this_coro::executor,
                                        net::steady_timer::time_point::max()};
                co_await never.async_wait(use_awaitable);
            },
            detached);
        io.poll();
        EXPECT_EQ(live_contexts(), live + 1);
    }
    EXPECT_EQ(live_contexts(), live);
}

}  // namespace
}  // namespace ctx
