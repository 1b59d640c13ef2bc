// The wire format of protobuf: tags, varints, nested messages.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace ctx::detail {

class ProtobufWriter {
public:
    void varint_field(std::uint32_t field, std::uint64_t value) {
        tag(field, 0);
        varint(value);
    }
    /// sint32 and sint64: small magnitudes of either sign are short.
    void signed_field(std::uint32_t field, std::int64_t value) {
        varint_field(field, zigzag(value));
    }
    void double_field(std::uint32_t field, double value) {
        tag(field, 1);
        auto bits = std::bit_cast<std::uint64_t>(value);
        for (int i = 0; i < 8; ++i, bits >>= 8U)
            bytes_ += static_cast<char>(bits & 0xffU);
    }
    void text_field(std::uint32_t field, std::string_view text) {
        tag(field, 2);
        varint(text.size());
        bytes_.append(text);
    }
    /// A nested message: what `write` appends.
    template <typename Write>
    void message_field(std::uint32_t field, Write write) {
        tag(field, 2);
        delimited(write);
    }
    /// What `write` appends, after its length.
    template <typename Write>
    void delimited(Write write) {
        const std::size_t start = bytes_.size();
        bytes_ += '\0';  // most lengths take one byte
        write();
        const std::size_t size = bytes_.size() - start - 1;
        ProtobufWriter length;
        length.varint(size);
        bytes_.replace(start, 1, length.bytes_);
    }
    /// Bare, as in a packed field.
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_ += static_cast<char>(value | 0x80U);
            value >>= 7U;
        }
        bytes_ += static_cast<char>(value);
    }
    void signed_varint(std::int64_t value) { varint(zigzag(value)); }
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    [[nodiscard]] std::string take() && { return std::move(bytes_); }

private:
    static std::uint64_t zigzag(std::int64_t value) noexcept {
        return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
    }
    void tag(std::uint32_t field, std::uint32_t wire_type) { varint(field << 3U | wire_type); }

    std::string bytes_;
};

}  // namespace ctx::detail
