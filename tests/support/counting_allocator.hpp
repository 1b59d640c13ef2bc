// Counts the allocations of the calling thread. Link ctx_test_counting_allocator, which replaces
// the global operator new of the program, shared libraries included.
//
//     ctx::test::AllocationCounter counter;
//     work();
//     EXPECT_EQ(counter.allocations(), 0u);

#pragma once

#include <cstddef>

namespace ctx::test {

// Calls of operator new, any form, and of operator delete with a non-null pointer.
std::size_t allocations_of_this_thread() noexcept;
std::size_t deallocations_of_this_thread() noexcept;

// What happened on this thread since it was made.
class AllocationCounter {
public:
    AllocationCounter() noexcept
        : allocations_(allocations_of_this_thread()),
          deallocations_(deallocations_of_this_thread()) {}

    std::size_t allocations() const noexcept { return allocations_of_this_thread() - allocations_; }
    std::size_t deallocations() const noexcept {
        return deallocations_of_this_thread() - deallocations_;
    }

private:
    std::size_t allocations_;
    std::size_t deallocations_;
};

// While it lives, the allocation after `survivors` successful ones on this thread, and every one
// after that, throws std::bad_alloc.
class AllocationFailure {
public:
    explicit AllocationFailure(std::size_t survivors) noexcept;
    ~AllocationFailure();
    AllocationFailure(const AllocationFailure&) = delete;
    AllocationFailure& operator=(const AllocationFailure&) = delete;
};

}  // namespace ctx::test
