// ChaCha with 8 rounds (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008) as a generator of
// key stream, four blocks at a time so that the compiler can use vector instructions.

#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ctx::detail {

class ChaCha8 {
public:
    static constexpr std::size_t key_bytes = 32;
    static constexpr std::size_t lanes = 4;
    static constexpr std::size_t output_bytes = 64 * lanes;

    /// Writes the next four blocks of the stream under `key`, counters `block` to `block + 3`.
    static void generate(const std::array<std::uint32_t, 8>& key, std::uint64_t block,
                         unsigned char* out) noexcept {
        std::array<Lanes, 16> start{};
        constexpr std::uint32_t constants[4] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
        for (std::size_t i = 0; i < 4; ++i)
            start[i].fill(constants[i]);
        for (std::size_t i = 0; i < 8; ++i)
            start[4 + i].fill(key[i]);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            start[12][lane] = static_cast<std::uint32_t>(block + lane);
            start[13][lane] = static_cast<std::uint32_t>((block + lane) >> 32);
        }
        std::array<Lanes, 16> state = start;
        for (int round = 0; round < 8; round += 2)
            double_round(state);
        for (std::size_t i = 0; i < 16; ++i) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const std::uint32_t word = state[i][lane] + start[i][lane];
                std::memcpy(out + 64 * lane + 4 * i, &word, 4);
            }
        }
    }

private:
    using Lanes = std::array<std::uint32_t, lanes>;

    static void quarter(Lanes& a, Lanes& b, Lanes& c, Lanes& d) noexcept {
        for (std::size_t i = 0; i < lanes; ++i) {
            a[i] += b[i];
            d[i] = std::rotl(d[i] ^ a[i], 16);
            c[i] += d[i];
            b[i] = std::rotl(b[i] ^ c[i], 12);
            a[i] += b[i];
            d[i] = std::rotl(d[i] ^ a[i], 8);
            c[i] += d[i];
            b[i] = std::rotl(b[i] ^ c[i], 7);
        }
    }

    static void double_round(std::array<Lanes, 16>& s) noexcept {
        quarter(s[0], s[4], s[8], s[12]);
        quarter(s[1], s[5], s[9], s[13]);
        quarter(s[2], s[6], s[10], s[14]);
        quarter(s[3], s[7], s[11], s[15]);
        quarter(s[0], s[5], s[10], s[15]);
        quarter(s[1], s[6], s[11], s[12]);
        quarter(s[2], s[7], s[8], s[13]);
        quarter(s[3], s[4], s[9], s[14]);
    }
};

}  // namespace ctx::detail
