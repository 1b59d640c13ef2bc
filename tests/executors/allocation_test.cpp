// What the hot path promises about the heap, counted.

#include "executors/support.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/bind.hpp>
#include <ctx/executors/callback.hpp>
#include <ctx/executors/channel.hpp>

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace ctx {
namespace {

class Allocations : public test::ExecutorsTest {};

TEST_F(Allocations, are_counted_here) {
    const test::AllocationCounter counter;
    ::operator delete(::operator new(1));  // unlike new int, never optimised away
    EXPECT_EQ(counter.allocations(), 1u);
}

TEST_F(Allocations, bind_and_call_need_none) {
    const Scope scope{test::request(1)};
    const std::array<int, 4> captured{1, 2, 3, 4};
    int sum = 0;
    const test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        auto task = bind([captured, &sum] { sum += captured[0]; });
        task();
        std::move(task)();
        detach([&sum] { ++sum; });
    }
    EXPECT_EQ(counter.allocations(), 0u);
    EXPECT_EQ(sum, 300);
}

TEST_F(Allocations, a_c_callback_needs_one_for_its_closure) {
    const Scope scope{test::request(1)};
    const std::array<int, 16> captured{1, 2, 3, 4};
    int sum = 0;
    const test::AllocationCounter counter;
    {
        OneShotCallback<void()> once{[captured, &sum] { sum += captured[0]; }};
        const RepeatingCallback<void()> repeating{[captured, &sum] { sum += captured[1]; }};
        EXPECT_EQ(counter.allocations(), 2u);
        OneShotCallback<void()>::last(once.user());
        for (int i = 0; i < 100; ++i)
            RepeatingCallback<void()>::last(repeating.user());
        once.release();
    }
    void* user = nullptr;
    {
        OneShotCallback<void()> once{[captured, &sum] { sum += captured[0]; }};
        user = once.user();
        once.release();
    }
    OneShotCallback<void()>::last(user);
    EXPECT_EQ(counter.allocations(), 3u);
    EXPECT_EQ(counter.deallocations(), 3u);
    EXPECT_EQ(sum, 202);
}

TEST_F(Allocations, a_channel_needs_none_per_item) {
    const Scope scope{test::request(1)};
    Channel<std::array<int, 16>> channel{4};
    int received = 0;
    const test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        channel.send(std::array<int, 16>{i});
        channel.try_send(std::array<int, 16>{i});
        received += channel.receive() ? 1 : 0;
        received += channel.try_receive() ? 1 : 0;
    }
    EXPECT_EQ(counter.allocations(), 0u);
    channel.send(std::array<int, 16>{1});
    channel.send(std::array<int, 16>{2});
    EXPECT_EQ(channel.receive_batch(10).size(), 2u);
    EXPECT_EQ(counter.allocations(), 1u);
    EXPECT_EQ(received, 200);
}

}  // namespace
}  // namespace ctx
