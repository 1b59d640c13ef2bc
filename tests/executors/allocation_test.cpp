// What the hot path promises about the heap, counted.

#include "executors/support.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/bind.hpp>

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

}  // namespace
}  // namespace ctx
