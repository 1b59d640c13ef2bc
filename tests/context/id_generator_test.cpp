#include "context/chacha.hpp"
#include <ctx/context/id_generator.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <thread>
#include <unordered_set>
#include <vector>

namespace {

static_assert(noexcept(ctx::new_trace_id()) && noexcept(ctx::new_span_id()));

// The key stream of ChaCha8 under a zero key, block 0 (first 16 bytes), as published with the
// eSTREAM test vectors for a 256-bit key and a zero nonce.
TEST(ChaCha8, produces_the_published_key_stream) {
    std::array<unsigned char, ctx::detail::ChaCha8::output_bytes> out{};
    ctx::detail::ChaCha8::generate({}, 0, out.data());
    const std::array<unsigned char, 16> expected{0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6,
                                                 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1};
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), out.begin()));
}

TEST(ChaCha8, four_blocks_at_once_equal_one_by_one) {
    std::array<unsigned char, ctx::detail::ChaCha8::output_bytes> four{};
    std::array<unsigned char, ctx::detail::ChaCha8::output_bytes> later{};
    const std::array<std::uint32_t, 8> key{1, 2, 3, 4, 5, 6, 7, 8};
    ctx::detail::ChaCha8::generate(key, 10, four.data());
    ctx::detail::ChaCha8::generate(key, 12, later.data());
    EXPECT_TRUE(std::equal(later.begin(), later.begin() + 128, four.begin() + 128));
}

TEST(IdGenerator, ids_are_valid_and_do_not_repeat_over_threads) {
    constexpr std::size_t threads = 8;
    constexpr std::size_t per_thread = 20000;
    std::vector<std::vector<ctx::TraceId>> drawn(threads);
    {
        std::vector<std::jthread> workers;
        for (auto& mine : drawn) {
            workers.emplace_back([&mine] {
                for (std::size_t i = 0; i < per_thread; ++i)
                    mine.push_back(ctx::new_trace_id());
            });
        }
    }
    std::unordered_set<ctx::TraceId> all;
    for (const auto& mine : drawn)
        all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), threads * per_thread);
    EXPECT_FALSE(all.contains(ctx::TraceId{}));
}

TEST(IdGenerator, every_bit_is_as_often_one_as_zero) {
    constexpr int draws = 20000;
    std::array<int, 128> ones{};
    for (int i = 0; i < draws; ++i) {
        const auto id = ctx::new_trace_id();
        for (std::size_t bit = 0; bit < 64; ++bit) {
            ones[bit] += static_cast<int>(id.high() >> bit & 1);
            ones[64 + bit] += static_cast<int>(id.low() >> bit & 1);
        }
    }
    // 7 standard deviations of a fair coin; a false alarm once in 10^9 runs.
    const auto [least, most] = std::minmax_element(ones.begin(), ones.end());
    EXPECT_GT(*least, draws / 2 - 500);
    EXPECT_LT(*most, draws / 2 + 500);
}

TEST(IdGenerator, a_forked_child_does_not_repeat_its_parent) {
    static_cast<void>(ctx::new_trace_id());  // so that the stream exists before the fork
    std::array<int, 2> channel{};
    ASSERT_EQ(pipe(channel.data()), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto id = ctx::new_trace_id();
        const std::array<std::uint64_t, 2> words{id.high(), id.low()};
        const bool written = write(channel[1], words.data(), sizeof words) == sizeof words;
        _exit(written ? 0 : 1);
    }
    std::array<std::uint64_t, 2> words{};
    ASSERT_EQ(read(channel[0], words.data(), sizeof words), ssize_t{sizeof words});
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    close(channel[0]);
    close(channel[1]);

    std::unordered_set<ctx::TraceId> mine;
    for (int i = 0; i < 100; ++i)
        mine.insert(ctx::new_trace_id());
    EXPECT_FALSE(mine.contains(ctx::TraceId{words[0], words[1]}));
}

}  // namespace
