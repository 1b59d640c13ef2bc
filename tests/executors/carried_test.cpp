#include "executors/support.hpp"
#include <ctx/executors/carried.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <queue>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class CarriedValues : public test::ExecutorsTest {};

TEST_F(CarriedValues, keep_the_context_they_were_made_in) {
    const Context one = request(1);
    std::queue<Carried<std::string>> queue;  // somebody else's
    {
        const Scope scope{one};
        queue.push(Carried{std::string{"order"}});
    }
    queue.push(Carried{Context{}, std::string{"nobody's"}});
    const Context two = request(2);
    const Scope thread{two};
    {
        const Carried<std::string> item = std::move(queue.front());
        const Scope scope = item.scope();
        EXPECT_EQ(*item, "order");
        EXPECT_EQ(item->size(), 5U);
        EXPECT_EQ(here(), one.node());
    }
    EXPECT_EQ(here(), two.node());
    queue.pop();
    EXPECT_FALSE(queue.front().context());
}

TEST_F(CarriedValues, let_go_when_they_are_dropped) {
    const std::int64_t live = live_contexts();
    std::queue<Carried<int>> queue;
    queue.emplace(request(1), 1);
    EXPECT_EQ(live_contexts(), live + 1);
    queue.pop();
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(CarriedValues, give_up_value_and_context) {
    Carried item{request(1), std::make_unique<int>(7)};
    const detail::Node* const node = item.context().node();
    const Context context = std::move(item).context();
    const std::unique_ptr<int> value = *std::move(item);
    EXPECT_EQ(context.node(), node);
    EXPECT_EQ(*value, 7);
}

TEST_F(CarriedValues, pass_a_stage_with_their_context) {
    const Context one = request(1);
    const Context two = request(2);
    const Scope scope{two};
    const detail::Node* seen = nullptr;
    const auto stage = carry([&seen](int n) {
        seen = here();
        return std::to_string(n);
    });
    const Carried<int> item{one, 42};
    const Carried<std::string> next = stage(item);
    EXPECT_EQ(*next, "42");
    EXPECT_EQ(next.context(), one);
    EXPECT_EQ(seen, one.node());
    EXPECT_EQ(here(), two.node());
}

TEST_F(CarriedValues, may_be_move_only_in_a_stage_and_end_there) {
    const Context one = request(1);
    int sum = 0;
    const auto sink = carry([&sum](std::unique_ptr<int> n) { sum += here() ? *n : 0; });
    sink(Carried{one, std::make_unique<int>(5)});
    static_assert(std::is_void_v<decltype(sink(Carried{one, std::make_unique<int>(5)}))>);
    EXPECT_EQ(sum, 5);
}

TEST_F(CarriedValues, restore_the_thread_when_a_stage_throws) {
    const Context two = request(2);
    const Scope scope{two};
    const auto stage = carry([](int) -> int { throw std::runtime_error{"from inside"}; });
    EXPECT_THROW(stage(Carried{request(1), 1}), std::runtime_error);
    EXPECT_EQ(here(), two.node());
}

static_assert(std::is_default_constructible_v<Carried<int>>);
static_assert(!std::is_default_constructible_v<Carried<std::reference_wrapper<int>>>);
static_assert(!std::is_convertible_v<int, Carried<int>>);
static_assert(std::is_nothrow_move_constructible_v<Carried<std::unique_ptr<int>>>);
static_assert(!std::is_copy_constructible_v<Carried<std::unique_ptr<int>>>);
static_assert(!std::is_invocable_v<CarriedCall<int (*)(int)>, Carried<std::string>>);

}  // namespace
}  // namespace ctx
