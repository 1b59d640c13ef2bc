#include <ctx/metrics/detail/exemplar_slot.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::detail::ExemplarSlot;
using ctx::detail::StoredExemplar;

constexpr std::int64_t min_age = 1000;
constexpr std::int64_t max_age = 70'000;
constexpr std::int64_t start = 1'700'000'000'000;

struct Destroy {
    void operator()(ExemplarSlot* slot) const { ExemplarSlot::destroy(slot); }
};
using Slot = std::unique_ptr<ExemplarSlot, Destroy>;

StoredExemplar observed_at(std::int64_t unix_ms, std::uint64_t id = 7) {
    StoredExemplar exemplar;
    exemplar.trace_id = ctx::TraceId{id, id};
    exemplar.span_id = ctx::SpanId{id};
    exemplar.value = static_cast<double>(id);
    exemplar.unix_ms = unix_ms;
    return exemplar;
}

TEST(ExemplarSlot, gives_back_what_was_stored_and_nothing_before) {
    const Slot slot{ExemplarSlot::create(true)};
    StoredExemplar seen;
    EXPECT_FALSE(slot->read(seen));
    StoredExemplar stored = observed_at(start);
    const std::string extras = "\x01\x05hello";
    std::copy(extras.begin(), extras.end(), stored.extras.begin());
    stored.extras_size = extras.size();
    ASSERT_TRUE(slot->store(stored, min_age, max_age));
    ASSERT_TRUE(slot->read(seen));
    EXPECT_EQ(seen.trace_id, stored.trace_id);
    EXPECT_EQ(seen.span_id, stored.span_id);
    EXPECT_EQ(seen.value, stored.value);
    EXPECT_EQ(seen.unix_ms, start);
    EXPECT_EQ(seen.packed_extras(), extras);
}

TEST(ExemplarSlot, opens_its_gate_when_the_last_exemplar_is_old_enough) {
    const Slot slot{ExemplarSlot::create(false)};
    EXPECT_TRUE(slot->is_due(start, min_age, max_age));
    ASSERT_TRUE(slot->store(observed_at(start), min_age, max_age));
    EXPECT_FALSE(slot->is_due(start + min_age - 1, min_age, max_age));
    EXPECT_FALSE(slot->store(observed_at(start + min_age - 1), min_age, max_age));
    EXPECT_TRUE(slot->is_due(start + min_age, min_age, max_age));
    EXPECT_TRUE(slot->store(observed_at(start + min_age), min_age, max_age));
}

TEST(ExemplarSlot, timestamps_only_grow) {
    const Slot slot{ExemplarSlot::create(false)};
    ASSERT_TRUE(slot->store(observed_at(start), 0, max_age));
    EXPECT_FALSE(slot->store(observed_at(start, 8), 0, max_age));  // the same millisecond
    EXPECT_FALSE(slot->store(observed_at(start - 1, 8), 0, max_age));
    EXPECT_TRUE(slot->store(observed_at(start + 1, 9), 0, max_age));
    StoredExemplar seen;
    ASSERT_TRUE(slot->read(seen));
    EXPECT_EQ(seen.span_id, ctx::SpanId{9});
}

TEST(ExemplarSlot, a_clock_that_was_set_back_does_not_close_it_for_good) {
    const Slot slot{ExemplarSlot::create(false)};
    ASSERT_TRUE(slot->store(observed_at(start), min_age, max_age));
    EXPECT_FALSE(slot->store(observed_at(start - max_age), min_age, max_age));
    EXPECT_TRUE(slot->store(observed_at(start - max_age - 1), min_age, max_age));
}

TEST(ExemplarSlot, readers_never_see_halves_of_two_exemplars) {
    const Slot slot{ExemplarSlot::create(true)};
    std::atomic<std::int64_t> clock{start};
    std::atomic<int> running{0};
    std::atomic<bool> go{false};
    constexpr int stores = 2'000;
    const auto write = [&](std::uint64_t writer) {
        running.fetch_add(1);
        while (!go.load())
            std::this_thread::yield();
        for (int i = 0; i < stores; ++i) {
            const std::int64_t now = clock.fetch_add(1);
            StoredExemplar exemplar =
                observed_at(now, static_cast<std::uint64_t>(now) * 2 + writer);
            exemplar.extras.fill(static_cast<char>(now % 100));
            exemplar.extras_size = static_cast<std::size_t>(now % 200);
            slot->store(exemplar, 0, max_age);
            if (i % 16 == 0) std::this_thread::yield();
        }
        running.fetch_sub(1);
    };
    std::vector<std::thread> writers;
    for (std::uint64_t i = 0; i < 2; ++i)
        writers.emplace_back(write, i);
    while (running.load() < 2)
        std::this_thread::yield();
    go.store(true);

    int read = 0;
    int torn = 0;
    std::int64_t last = 0;
    do {
        StoredExemplar seen;
        if (!slot->read(seen)) continue;
        ++read;
        const std::uint64_t id = seen.span_id.value();
        const std::string_view extras = seen.packed_extras();
        const auto fill = static_cast<char>(seen.unix_ms % 100);
        const bool whole =
            seen.trace_id == ctx::TraceId{id, id} && seen.value == static_cast<double>(id) &&
            static_cast<std::int64_t>(id / 2) == seen.unix_ms &&
            extras.size() == static_cast<std::size_t>(seen.unix_ms % 200) &&
            std::all_of(extras.begin(), extras.end(), [fill](char c) { return c == fill; });
        torn += whole ? 0 : 1;
        EXPECT_GE(seen.unix_ms, last);
        last = seen.unix_ms;
    } while (running.load() > 0);
    for (std::thread& writer : writers)
        writer.join();
    EXPECT_GT(read, 0);
    EXPECT_EQ(torn, 0);
}

TEST(CoarseClock, tells_milliseconds_since_1970) {
    const auto now = ctx::detail::coarse_unix_ms();
    EXPECT_GT(now, 1'600'000'000'000);  // seconds or microseconds would be far off
    EXPECT_LT(now, 10'000'000'000'000);
}

}  // namespace
