#include <ctx/executors/executor.hpp>
#include <ctx/testing/context_checks.hpp>
#include <ctx/testing/hop_pool.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using ctx::Scope;
using ctx::testing::HopPool;
using ctx::testing::make_request;

class HopPools : public ctx::testing::ContextTest {};

std::vector<int> order_with(std::uint64_t seed) {
    HopPool pool{seed, 3};
    std::vector<int> order;  // one task at a time
    for (int i = 0; i < 20; ++i) {
        pool.post([&, i] {
            order.push_back(i);
            if (i < 5) pool.post([&order, i] { order.push_back(100 + i); });
        });
    }
    pool.wait();
    return order;
}

TEST_F(HopPools, the_same_seed_gives_the_same_order_and_another_one_another) {
    const std::vector<int> first = order_with(7);
    EXPECT_EQ(first.size(), 25U);
    EXPECT_EQ(order_with(7), first);
    EXPECT_NE(order_with(8), first);
}

TEST_F(HopPools, tasks_run_on_every_thread_and_not_on_the_waiting_one) {
    HopPool pool{1, 3};
    std::set<std::thread::id> seen;
    for (int i = 0; i < 50; ++i)
        pool.post([&seen] { seen.insert(std::this_thread::get_id()); });
    pool.wait();
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_FALSE(seen.contains(std::this_thread::get_id()));
}

TEST_F(HopPools, tasks_may_be_move_only_and_run_through_wrap) {
    HopPool pool;
    const ctx::Context one = make_request(1);
    {
        const Scope scope{one};
        ctx::wrap(pool).post([&, own = std::make_unique<int>(1)] {
            EXPECT_TRUE(ctx::testing::context_is(one));
            EXPECT_EQ(*own, 1);
        });
    }
    pool.wait();
    EXPECT_EQ(pool.dirty(), 0U);
}

TEST_F(HopPools, exceptions_come_out_and_the_rest_waits) {
    HopPool pool;
    int ran = 0;
    for (int i = 0; i < 3; ++i) {
        pool.post([&ran] {
            ++ran;
            throw std::runtime_error{"from inside"};
        });
    }
    EXPECT_THROW(pool.wait(), std::runtime_error);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(pool.drop(), 2U);
    pool.wait();
    EXPECT_EQ(ran, 1);
}

TEST_F(HopPools, a_thread_that_is_left_with_a_context_is_counted) {
    leaks().allow_scope_misuse();
    HopPool pool{1, 1};
    std::optional<Scope> forgotten;
    pool.post([&] { forgotten.emplace(make_request(1)); });
    pool.wait();
    EXPECT_EQ(pool.dirty(), 1U);
    pool.post([&] { forgotten.reset(); });
    pool.wait();
    EXPECT_EQ(pool.dirty(), 1U);
}

}  // namespace
