// Asio's coroutines with stacks of their own, spawned on a wrapped executor.

#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio/wrap.hpp>

#include <boost/asio/spawn.hpp>
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

using asio::wrap;
using test::here;
using test::request;
namespace net = asio::net;

#if CTX_ASIO_VERSION >= 102400

void spawn_detached(const auto& executor, auto body) {
    net::spawn(executor, std::move(body), net::detached);
}

#else

// A strand of its own is made of the executor: of an erased one, since none is of a wrapper.
void spawn_detached(const net::any_io_executor& executor, auto body) {
    net::spawn(executor, std::move(body));
}

#endif

class AsioSpawn : public test::ExecutorsTest {
protected:
    void look(const Context& expected) { right_ += here() == expected.node() ? 1 : 0; }

    net::io_context io_;
    const Context one_ = request(1);
    std::atomic<int> right_{0};
};

TEST_F(AsioSpawn, keeps_its_context_over_yields) {
    net::steady_timer foreign{io_, std::chrono::nanoseconds{1}};
    const auto body = [&](net::yield_context yield) {
        look(one_);
        net::post(yield);
        look(one_);
        net::steady_timer own{wrap(io_), std::chrono::nanoseconds{1}};
        own.async_wait(yield);
        look(one_);
        foreign.async_wait(yield);  // made on the plain io_context
        look(one_);
    };
    {
        const Scope scope{one_};
        spawn_detached(wrap(io_), body);
    }
    io_.run();
    EXPECT_EQ(right_, 4);
    EXPECT_EQ(here(), nullptr);
}

#if CTX_ASIO_VERSION >= 102400  // spawn() with a completion token
TEST_F(AsioSpawn, keeps_its_context_where_it_throws_and_hands_the_exception_over) {
    std::string said;
    net::spawn(
        wrap(io_, one_),
        [&](net::yield_context yield) {
            net::post(yield);
            try {
                throw std::runtime_error{"caught"};
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            look(one_);
            throw std::runtime_error{"thrown"};
        },
        [&](std::exception_ptr failure) {
            look(one_);
            EXPECT_THROW(std::rethrow_exception(failure), std::runtime_error);
        });
    io_.run();
    EXPECT_EQ(said, "caught");
    EXPECT_EQ(right_, 2);
}
#endif

TEST_F(AsioSpawn, keeps_contexts_apart_on_threads_that_several_share) {
    net::thread_pool pool{2};
    std::vector<Context> contexts;
    for (std::uint64_t i = 0; i < 20; ++i)
        contexts.push_back(request(i));
    for (const Context& mine : contexts) {
        spawn_detached(wrap(net::make_strand(pool), mine), [this, &mine](net::yield_context yield) {
            for (int i = 0; i < 50; ++i) {
                look(mine);
                net::post(yield);
            }
        });
    }
    pool.join();
    EXPECT_EQ(right_, 1000);
}

TEST_F(AsioSpawn, a_stopped_io_context_unwinds_what_waits_and_lets_go_of_its_context) {
    const std::int64_t live = live_contexts();
    bool unwound = false;
    struct OnUnwind {
        bool& flag;
        ~OnUnwind() { flag = true; }
    };
    {
        net::io_context io;
        spawn_detached(wrap(io, request(1)), [&](net::yield_context yield) {
            const OnUnwind guard{unwound};
            net::steady_timer never{io, net::steady_timer::time_point::max()};
            never.async_wait(yield);
        });
        io.poll();
        EXPECT_EQ(live_contexts(), live + 1);
    }
    EXPECT_TRUE(unwound);
    EXPECT_EQ(live_contexts(), live);
}

}  // namespace
}  // namespace ctx
