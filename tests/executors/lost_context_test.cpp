// Each adapter counts what it is given without a context, and knows the line it comes from.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace ctx {
namespace {

using test::request;
using test::SmallPool;
using test::stat;

// What lost_places() says of a line of this file.
std::uint64_t lost_at(std::string_view adapter, int line) {
    const std::string_view file = __FILE__;
    for (const LostPlace& place : lost_places()) {
        if (place.adapter == adapter && place.place.line == line && place.place.file == file)
            return place.tasks;
    }
    return 0;
}

class LostIn : public test::ExecutorsTest {
protected:
    LostIn() { set_lost_context_detection(LostContextDetection::places); }
    ~LostIn() override { set_lost_context_detection(LostContextDetection::count); }
};

TEST_F(LostIn, pool_by_any_name_of_submitting) {
    SmallPool pool{1};
    wrap(pool).post([] {});
    EXPECT_EQ(lost_at("executors", __LINE__ - 1), 1U);
    for (int i = 0; i < 3; ++i)
        wrap(pool).execute([] {});
    EXPECT_EQ(lost_at("executors", __LINE__ - 1), 3U);
    const Scope scope{request(1)};
    wrap(pool).post([] {});
    EXPECT_EQ(lost_at("executors", __LINE__ - 1), 0U);
    pool.finish();
}

// A pool whose tasks may have a priority: the place of those is not known.
struct Prioritized {
    template <typename F>
    void post(F f, int /*priority*/ = 0) {
        std::move(f)();
    }
};

TEST_F(LostIn, pool_with_more_arguments_is_counted_too) {
    const std::uint64_t before = stat("ctx_executors_tasks_without_context_total");
    Prioritized pool;
    wrap(pool).post([] {}, 3);
    EXPECT_EQ(stat("ctx_executors_tasks_without_context_total"), before + 1);
}

task<int> answer() {
    co_return 42;
}

TEST_F(LostIn, coroutine) {
    const std::uint64_t before = stat("ctx_coroutines_tasks_without_context_total");
    SmallPool pool{1};
    EXPECT_EQ(spawn(pool, answer()).get(), 42);
    EXPECT_EQ(lost_at("coroutines", __LINE__ - 1), 1U);
    EXPECT_EQ(sync_wait(answer()), 42);
    EXPECT_EQ(lost_at("coroutines", __LINE__ - 1), 1U);
    const Scope scope{request(1)};
    EXPECT_EQ(sync_wait(answer()), 42);
    EXPECT_EQ(stat("ctx_coroutines_tasks_without_context_total"), before + 2);
    pool.finish();
}

TEST_F(LostIn, channel_but_for_items_that_bring_their_context) {
    const std::uint64_t before = stat("ctx_channel_items_without_context_total");
    Channel<int> channel{4};
    channel.send(1);
    EXPECT_EQ(lost_at("channel", __LINE__ - 1), 1U);
    channel.try_send(2);
    EXPECT_EQ(lost_at("channel", __LINE__ - 1), 1U);
    channel.send(Carried<int>{Context{}, 3});
    const Scope scope{request(1)};
    channel.send(4);
    EXPECT_EQ(stat("ctx_channel_items_without_context_total"), before + 2);
    while (channel.try_receive()) {
    }
}

TEST_F(LostIn, callback_but_for_bound_ones) {
    const std::uint64_t before = stat("ctx_callbacks_without_context_total");
    const OneShotCallback<void()> once{[] {}};
    EXPECT_EQ(lost_at("callbacks", __LINE__ - 1), 1U);
    const RepeatingCallback<void()> repeating{[] {}};
    EXPECT_EQ(lost_at("callbacks", __LINE__ - 1), 1U);
    const OneShotCallback<void()> on_purpose{background([] {})};
    const RepeatingCallback<void()> with_another{request(1), [] {}};
    EXPECT_EQ(stat("ctx_callbacks_without_context_total"), before + 2);
}

}  // namespace
}  // namespace ctx
