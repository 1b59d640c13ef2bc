#include "support/counting_allocator.hpp"

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

thread_local std::size_t allocation_count = 0;
thread_local std::size_t deallocation_count = 0;
thread_local std::size_t survivors_left = never;

void* allocate(std::size_t size, std::size_t alignment) noexcept {
    if (survivors_left == 0) {
        return nullptr;
    }
    if (survivors_left != never) {
        --survivors_left;
    }
    ++allocation_count;
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
        return std::malloc(size == 0 ? 1 : size);
    }
    // aligned_alloc wants a multiple of the alignment.
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
    void* const memory = allocate(size, alignment);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void deallocate(void* memory) noexcept {
    deallocation_count += memory != nullptr ? 1 : 0;
    std::free(memory);
}

}  // namespace

namespace ctx::test {

std::size_t allocations_of_this_thread() noexcept {
    return allocation_count;
}

std::size_t deallocations_of_this_thread() noexcept {
    return deallocation_count;
}

AllocationFailure::AllocationFailure(std::size_t survivors) noexcept {
    survivors_left = survivors;
}

AllocationFailure::~AllocationFailure() {
    survivors_left = never;
}

}  // namespace ctx::test

void* operator new(std::size_t size) {
    return allocate_or_throw(size, 0);
}
void* operator new[](std::size_t size) {
    return allocate_or_throw(size, 0);
}
void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
    return allocate(size, 0);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
    return allocate(size, 0);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment,
                   const std::nothrow_t& /*unused*/) noexcept {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment,
                     const std::nothrow_t& /*unused*/) noexcept {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    deallocate(memory);
}
void operator delete[](void* memory) noexcept {
    deallocate(memory);
}
void operator delete(void* memory, std::size_t /*unused*/) noexcept {
    deallocate(memory);
}
void operator delete[](void* memory, std::size_t /*unused*/) noexcept {
    deallocate(memory);
}
void operator delete(void* memory, std::align_val_t /*unused*/) noexcept {
    deallocate(memory);
}
void operator delete[](void* memory, std::align_val_t /*unused*/) noexcept {
    deallocate(memory);
}
void operator delete(void* memory, std::size_t /*unused*/, std::align_val_t /*unused*/) noexcept {
    deallocate(memory);
}
void operator delete[](void* memory, std::size_t /*unused*/, std::align_val_t /*unused*/) noexcept {
    deallocate(memory);
}
