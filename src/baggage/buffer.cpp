#include <ctx/baggage/detail/baggage_buffer.hpp>

#include <limits>
#include <new>

namespace ctx::detail {

BaggageBuffer* create_buffer(std::size_t capacity) {
    // Offsets are 32 bits wide. What is larger cannot be had, as any other memory.
    const bool too_large = capacity > std::numeric_limits<std::uint32_t>::max();
    const std::size_t size =
        too_large ? std::numeric_limits<std::size_t>::max() / 2 : sizeof(BaggageBuffer) + capacity;
    auto* const buffer = new (::operator new(size)) BaggageBuffer;
    buffer->capacity = static_cast<std::uint32_t>(capacity);
    return buffer;
}

void destroy_buffer(BaggageBuffer* buffer) noexcept {
    delete[] buffer->order.load(std::memory_order_relaxed);
    delete[] buffer->bag_index.load(std::memory_order_relaxed);
    buffer->~BaggageBuffer();
    ::operator delete(buffer);
}

}  // namespace ctx::detail
