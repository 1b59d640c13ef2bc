// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein: "SipHash: a fast short-input PRF", and
// the variant of the authors' reference implementation).

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctx::detail {

class SipHash {
public:
    using Key = std::array<std::uint8_t, 16>;
    using Digest = std::array<std::uint8_t, 16>;

    [[nodiscard]] static constexpr Digest of(const Key& key, std::string_view text) noexcept {
        SipHash hash(read_word(key, 0), read_word(key, 8));
        const std::size_t whole = text.size() / 8 * 8;
        for (std::size_t i = 0; i < whole; i += 8) {
            hash.absorb(read_word(text, i));
        }
        std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
        for (std::size_t i = whole; i < text.size(); ++i) {
            last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i - whole));
        }
        hash.absorb(last);
        return hash.finish();
    }

private:
    constexpr SipHash(std::uint64_t k0, std::uint64_t k1) noexcept
        : v0_(k0 ^ 0x736f6d6570736575U),
          v1_(k1 ^ 0x646f72616e646f6dU ^ 0xee),
          v2_(k0 ^ 0x6c7967656e657261U),
          v3_(k1 ^ 0x7465646279746573U) {}

    template <typename Bytes>
    static constexpr std::uint64_t read_word(const Bytes& bytes, std::size_t offset) noexcept {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            word |= std::uint64_t{static_cast<unsigned char>(bytes[offset + i])} << (8 * i);
        }
        return word;
    }

    constexpr void rounds(int count) noexcept {
        for (int i = 0; i < count; ++i) {
            v0_ += v1_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v3_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ += v3_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ += v1_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v2_ = std::rotl(v2_, 32);
        }
    }

    constexpr void absorb(std::uint64_t word) noexcept {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
    }

    constexpr Digest finish() noexcept {
        Digest digest{};
        v2_ ^= 0xee;
        rounds(4);
        write_word(digest, 0);
        v1_ ^= 0xdd;
        rounds(4);
        write_word(digest, 8);
        return digest;
    }

    constexpr void write_word(Digest& digest, std::size_t offset) const noexcept {
        const std::uint64_t word = v0_ ^ v1_ ^ v2_ ^ v3_;
        for (std::size_t i = 0; i < 8; ++i) {
            digest[offset + i] = static_cast<std::uint8_t>(word >> (8 * i));
        }
    }

    std::uint64_t v0_;
    std::uint64_t v1_;
    std::uint64_t v2_;
    std::uint64_t v3_;
};

}  // namespace ctx::detail
