#include "baggage/siphash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using ctx::detail::SipHash;

constexpr SipHash::Key counting_key{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

std::string hex(const SipHash::Digest& digest) {
    std::string text;
    for (const std::uint8_t byte : digest) {
        constexpr char digits[] = "0123456789abcdef";
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

// vectors_sip128 of the authors' reference implementation: key 00 to 0f, input 00, 01, 02 ...
TEST(SipHash, gives_the_vectors_of_the_reference_implementation) {
    struct Vector {
        std::size_t size;
        const char* digest;
    };
    constexpr std::array<Vector, 8> vectors{{{0, "a3817f04ba25a8e66df67214c7550293"},
                                             {1, "da87c1d86b99af44347659119b22fc45"},
                                             {2, "8177228da4a45dc7fca38bdef60affe4"},
                                             {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
                                             {8, "3b62a9ba6258f5610f83e264f31497b4"},
                                             {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
                                             {16, "6ee2a4ca67b054bbfd3315bf85230577"},
                                             {63, "5150d1772f50834a503e069a973fbd7c"}}};
    for (const Vector& vector : vectors) {
        std::string input;
        for (std::size_t i = 0; i < vector.size; ++i) {
            input.push_back(static_cast<char>(i));
        }
        EXPECT_EQ(hex(SipHash::of(counting_key, input)), vector.digest) << vector.size;
    }
}

TEST(SipHash, depends_on_every_bit_of_the_key) {
    const std::string plain = hex(SipHash::of(counting_key, "customer"));
    for (std::size_t bit = 0; bit < 128; ++bit) {
        SipHash::Key key = counting_key;
        key[bit / 8] = static_cast<std::uint8_t>(key[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_NE(hex(SipHash::of(key, "customer")), plain) << bit;
    }
}

}  // namespace
