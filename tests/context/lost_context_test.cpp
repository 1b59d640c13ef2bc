#include <ctx/context/diagnostics.hpp>
#include <ctx/context/lost_context.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ctx {
namespace {

LostContextCounter counter{"lost_test", "ctx_lost_test_total", "Tasks of this test."};

std::string heard;  // by the handler, on the test's thread

std::vector<LostPlace> places_of(std::string_view adapter) {
    std::vector<LostPlace> found;
    for (LostPlace& place : lost_places()) {
        if (place.adapter == adapter) found.push_back(std::move(place));
    }
    return found;
}

const LostPlace* at_line(const std::vector<LostPlace>& places, int line) {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [line](const LostPlace& p) { return p.place.line == line; });
    return found == places.end() ? nullptr : &*found;
}

// What an adapter looks like.
void submit(SourcePlace caller = SourcePlace::here()) {
    counter.count(caller);
}

class LostContext : public testing::Test {
protected:
    void SetUp() override {
        heard.clear();
        set_diagnostics_handler(
            [](const Diagnostic& d) noexcept { heard.append(d.component).append(d.message); });
    }
    void TearDown() override {
        set_diagnostics_handler(nullptr);
        set_lost_context_detection(LostContextDetection::count);
    }
};

TEST_F(LostContext, is_counted_and_nothing_else_unless_somebody_looks_for_it) {
    const std::uint64_t before = counter.value();
    submit();
    const int line = __LINE__ - 1;
    EXPECT_EQ(counter.value(), before + 1);
    EXPECT_EQ(at_line(places_of("lost_test"), line), nullptr);
    EXPECT_EQ(heard, "");
}

TEST_F(LostContext, places_are_the_lines_that_submitted) {
    set_lost_context_detection(LostContextDetection::places);
    for (int i = 0; i < 3; ++i)
        submit();
    const int thrice = __LINE__ - 1;
    submit();
    const int once = __LINE__ - 1;
    const std::vector<LostPlace> places = places_of("lost_test");
    ASSERT_NE(at_line(places, thrice), nullptr);
    ASSERT_NE(at_line(places, once), nullptr);
    EXPECT_EQ(at_line(places, thrice)->tasks, 3U);
    EXPECT_EQ(at_line(places, once)->tasks, 1U);
    EXPECT_LT(at_line(places, thrice), at_line(places, once)) << "the most frequent first";
    const std::string text = at_line(places, thrice)->to_string();
    EXPECT_NE(text.find("lost_test: 3 from "), std::string::npos) << text;
    EXPECT_NE(text.find("lost_context_test.cpp:" + std::to_string(thrice)), std::string::npos)
        << text;
    EXPECT_TRUE(at_line(places, thrice)->stack.empty());
}

TEST_F(LostContext, the_first_task_of_each_place_is_told_once) {
    set_lost_context_detection(LostContextDetection::places);
    for (int i = 0; i < 5; ++i)
        submit();
    const std::string place = "lost_context_test.cpp:" + std::to_string(__LINE__ - 1);
    const std::size_t first = heard.find(place);
    ASSERT_NE(first, std::string::npos) << heard;
    EXPECT_EQ(heard.find(place, first + 1), std::string::npos) << heard;
}

TEST_F(LostContext, an_adapter_that_knows_no_place_says_so) {
    set_lost_context_detection(LostContextDetection::places);
    counter.count();
    EXPECT_NE(heard.find("a place that is not known"), std::string::npos) << heard;
}

// Exported, so that the report can name it.
extern "C" [[gnu::noinline, gnu::visibility("default")]] void ctx_test_submits_without_context() {
    submit();
    asm volatile("");  // no tail call
}

TEST_F(LostContext, stacks_say_who_called) {
    set_lost_context_detection(LostContextDetection::stacks);
    ctx_test_submits_without_context();
    ASSERT_NE(heard.find("ctx_test_submits_without_context+0x"), std::string::npos) << heard;
    EXPECT_EQ(heard.find("LostContextCounter::count"), std::string::npos)
        << "frames of ctx are left out: " << heard;
}

TEST_F(LostContext, has_room_for_so_many_places_and_counts_the_rest) {
    set_lost_context_detection(LostContextDetection::places);
    const auto dropped = [] {
        for (const StatSample& sample : stats()) {
            if (sample.name == "ctx_lost_places_dropped_total") return sample.value;
        }
        return std::uint64_t{0};
    };
    const std::uint64_t before = dropped();
    for (int line = 1; line <= 2000; ++line)
        counter.count({"a generated file", line});
    EXPECT_EQ(lost_places().size(), 1024U);
    EXPECT_GE(dropped() - before, 2000U - 1024U);
}

TEST_F(LostContext, may_be_counted_on_many_threads) {
    set_lost_context_detection(LostContextDetection::stacks);
    const std::uint64_t before = counter.value();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 100; ++n)
                submit();
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(counter.value(), before + 400);
}

}  // namespace
}  // namespace ctx
