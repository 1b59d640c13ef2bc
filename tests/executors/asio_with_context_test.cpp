#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

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

// A result that cannot be made from nothing, nor copied.
struct NoDefault {
    explicit NoDefault(std::unique_ptr<int> v) : value(std::move(v)) {}
    std::unique_ptr<int> value;
};

class AsioWithContext : public test::ExecutorsTest {
protected:
    awaitable<void> hop() { co_await net::post(co_await net::this_coro::executor, use_awaitable); }

    // Runs `body` with `context` on `executor` of io_ and waits for its end.
    template <typename Executor, typename Body>
    void run(const Executor& executor, Body body) {
        bool done = false;
        co_spawn(executor, std::move(body), [&](std::exception_ptr error) {
            done = error == nullptr;
            if (error) std::rethrow_exception(error);
        });
        io_.run();
        EXPECT_TRUE(done);
    }

    net::io_context io_;
    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);
};

TEST_F(AsioWithContext, runs_a_part_with_awaits_in_another_context) {
    run(asio::wrap(io_, one_), [this]() -> awaitable<void> {
        co_await asio::with_context(two_, [this]() -> awaitable<void> {
            EXPECT_EQ(here(), two_.node());
            co_await hop();
            EXPECT_EQ(here(), two_.node());
            co_await asio::with_context(three_, [this]() -> awaitable<void> {
                co_await hop();
                EXPECT_EQ(here(), three_.node());
            });
            EXPECT_EQ(here(), two_.node());
        });
        EXPECT_EQ(here(), one_.node());
        co_await hop();
        EXPECT_EQ(here(), one_.node());
    });
}

TEST_F(AsioWithContext, hands_over_results_of_any_movable_type) {
    run(asio::wrap(io_, one_), [this]() -> awaitable<void> {
        const int seven = co_await asio::with_context(two_, [this]() -> awaitable<int> {
            co_await hop();
            co_return 7;
        });
        EXPECT_EQ(seven, 7);
        auto make = [this, own = std::make_unique<int>(8)]() mutable -> awaitable<NoDefault> {
            co_await hop();
            EXPECT_EQ(here(), two_.node());
            co_return NoDefault{std::move(own)};
        };
        const NoDefault made = co_await asio::with_context(two_, std::ref(make));
        EXPECT_EQ(*made.value, 8);
        EXPECT_EQ(here(), one_.node());
    });
}

TEST_F(AsioWithContext, exceptions_come_out_in_the_outer_context) {
    run(asio::wrap(io_, one_), [this]() -> awaitable<void> {
        std::string said;
        try {
            co_await asio::with_context(two_, [this]() -> awaitable<void> {
                co_await hop();
                throw std::runtime_error{"from inside"};
            });
        } catch (const std::runtime_error& error) {
            said = error.what();
            EXPECT_EQ(here(), one_.node());
        }
        EXPECT_EQ(said, "from inside");
        bool caught = false;
        try {
            static_cast<void>(co_await asio::with_context(two_, [this]() -> awaitable<NoDefault> {
                co_await hop();
                throw std::runtime_error{"no result"};
            }));
        } catch (const std::runtime_error&) {
            caught = true;
        }
        EXPECT_TRUE(caught);
    });
}

TEST_F(AsioWithContext, stays_on_the_strand_it_is_called_on) {
    net::thread_pool pool{2};
    const auto strand = net::make_strand(pool);
    bool right = false;
    co_spawn(
        asio::wrap(strand, one_),
        [&]() -> awaitable<void> {
            co_await asio::with_context(two_, [&]() -> awaitable<void> {
                EXPECT_TRUE(strand.running_in_this_thread());
                co_await hop();
                EXPECT_TRUE(strand.running_in_this_thread());
                EXPECT_EQ(here(), two_.node());
                right = true;
            });
            EXPECT_TRUE(strand.running_in_this_thread());
            EXPECT_EQ(here(), one_.node());
        },
        detached);
    pool.join();
    EXPECT_TRUE(right);
}

TEST_F(AsioWithContext, works_in_a_coroutine_on_a_plain_executor) {
    run(io_.get_executor(), [this]() -> awaitable<void> {
        co_await asio::with_context(two_, [this]() -> awaitable<void> {
            co_await hop();
            EXPECT_EQ(here(), two_.node());
        });
        EXPECT_EQ(here(), nullptr);
    });
}

#if CTX_ASIO_HAS_CANCELLATION  // the operators && and || of awaitables
TEST_F(AsioWithContext, a_cancelled_part_ends_and_the_winner_keeps_its_context) {
    run(asio::wrap(io_, one_), [this]() -> awaitable<void> {
        const auto wait_long = []() -> awaitable<void> {
            net::steady_timer never{co_await net::this_coro::executor,
                                    net::steady_timer::time_point::max()};
            co_await never.async_wait(use_awaitable);
        };
        const auto first = co_await (asio::with_context(two_, wait_long) ||
                                     asio::with_context(three_, [this]() { return hop(); }));
        EXPECT_EQ(first.index(), 1u);
        EXPECT_EQ(here(), one_.node());
    });
}
#endif

TEST_F(AsioWithContext, nesting_does_not_pile_up_wrappers) {
    using Io = net::io_context::executor_type;
    net::any_io_executor executor = io_.get_executor();
    for (int i = 0; i < 3; ++i) {
        executor = asio::detail::rewrap(executor, two_);
        const auto* wrapped = asio::detail::target_of<asio::executor<Io>>(executor);
        ASSERT_NE(wrapped, nullptr);
        EXPECT_EQ(wrapped->get_context(), two_);
    }
    net::any_io_executor strand = net::make_strand(net::any_io_executor{io_.get_executor()});
    for (int i = 0; i < 3; ++i) {
        strand = asio::detail::rewrap(strand, two_);
        const auto* wrapped = asio::detail::target_of<asio::executor<net::any_io_executor>>(strand);
        ASSERT_NE(wrapped, nullptr);
        using Strand = net::strand<net::any_io_executor>;
        EXPECT_NE(asio::detail::target_of<Strand>(wrapped->get_inner_executor()), nullptr);
    }
}

}  // namespace
}  // namespace ctx
