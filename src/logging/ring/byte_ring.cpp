#include "logging/ring/byte_ring.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>

namespace ctx::log::detail {
namespace {

constexpr std::size_t least_bytes = 4096;

char* map_memory(std::size_t bytes) noexcept {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

constexpr std::size_t rounded(std::size_t size) noexcept {
    return (size + 7) & ~std::size_t{7};
}

}  // namespace

ByteRing::ByteRing(std::size_t bytes) noexcept
    : capacity_(std::bit_ceil(std::max(bytes, least_bytes))), memory_(map_memory(capacity_)) {}

ByteRing::~ByteRing() {
    if (memory_ != nullptr) munmap(memory_, capacity_);
}

bool ByteRing::has_room(std::uint64_t end) noexcept {
    if (end - seen_tail_ <= capacity_) return true;
    seen_tail_ = tail_.load(std::memory_order_acquire);
    return end - seen_tail_ <= capacity_;
}

char* ByteRing::reserve(std::size_t size, std::uint32_t kind) noexcept {
    const std::size_t needed = rounded(size);
    const std::size_t before_end = capacity_ - (reserved_ & (capacity_ - 1));
    const std::size_t filler = before_end < needed ? before_end : 0;
    if (!has_room(reserved_ + filler + needed)) return nullptr;
    if (filler != 0) {
        new (at(reserved_)) RecordHead{static_cast<std::uint32_t>(filler), filler_kind};
        reserved_ += filler;
    }
    char* record = at(reserved_);
    new (record) RecordHead{static_cast<std::uint32_t>(needed), kind};
    reserved_ += needed;
    return record;
}

RecordHead* ByteRing::front(std::uint64_t limit) noexcept {
    while (position() != limit) {
        auto* record = reinterpret_cast<RecordHead*>(at(position()));
        if (record->kind != filler_kind) return record;
        pop(*record);
    }
    return nullptr;
}

void ByteRing::release_memory() noexcept {
    madvise(memory_, capacity_, MADV_DONTNEED);
}

}  // namespace ctx::log::detail
