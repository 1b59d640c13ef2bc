// ctx/baggage/detail/byte_buffer.hpp: bytes on the stack while they are few.

#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace ctx::detail {

/// A growing sequence of bytes; allocates above 192 of them.
class ByteBuffer {
public:
    ByteBuffer() noexcept = default;
    ByteBuffer(const ByteBuffer&) = delete;
    ByteBuffer& operator=(const ByteBuffer&) = delete;

    void push_back(char byte) { *grow(1) = byte; }

    void append(std::string_view bytes) {
        if (!bytes.empty()) {
            std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
        }
    }

    /// Room for `size` more bytes, which the caller writes.
    [[nodiscard]] char* grow(std::size_t size) {
        if (size > capacity_ - size_) {
            enlarge(size);
        }
        char* const begin = data_ + size_;
        size_ += size;
        return begin;
    }

    /// Gives back what grow() gave too much; `end` is behind the last byte written.
    void shrink_to(const char* end) noexcept { size_ = static_cast<std::size_t>(end - data_); }

    [[nodiscard]] char* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }

private:
    void enlarge(std::size_t more) {
        const std::size_t capacity = (size_ + more) * 2;
        std::unique_ptr<char[]> larger(new char[capacity]);
        std::memcpy(larger.get(), data_, size_);
        heap_ = std::move(larger);
        data_ = heap_.get();
        capacity_ = capacity;
    }

    static constexpr std::size_t inline_bytes = 192;
    char inline_[inline_bytes];
    std::unique_ptr<char[]> heap_;
    char* data_ = inline_;
    std::size_t size_ = 0;
    std::size_t capacity_ = inline_bytes;
};

}  // namespace ctx::detail
