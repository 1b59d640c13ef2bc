#include "executors/support.hpp"
#include <ctx/executors/bind.hpp>

#include <absl/functional/any_invocable.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class Bind : public test::ExecutorsTest {};

// Says which context its owner is destroyed in.
class SaysWhereItDies {
public:
    explicit SaysWhereItDies(const detail::Node*& place) : place_(&place) {}
    SaysWhereItDies(SaysWhereItDies&& other) noexcept
        : place_(std::exchange(other.place_, nullptr)) {}
    SaysWhereItDies& operator=(SaysWhereItDies&&) = delete;
    ~SaysWhereItDies() {
        if (place_ != nullptr) *place_ = here();
    }

private:
    const detail::Node** place_;
};

TEST_F(Bind, runs_with_the_context_of_the_maker) {
    const Context one = request(1);
    const detail::Node* seen = nullptr;
    auto task = [&] {
        const Scope scope{one};
        return bind([&seen] { seen = here(); });
    }();
    EXPECT_EQ(here(), nullptr);
    std::move(task)();
    EXPECT_EQ(seen, one.node());
    EXPECT_EQ(here(), nullptr);
}

TEST_F(Bind, runs_with_an_explicit_context_even_an_empty_one) {
    const Context one = request(1);
    const Context two = request(2);
    const Scope scope{one};
    EXPECT_EQ(bind(two, [] { return here(); })(), two.node());
    EXPECT_EQ(bind(Context{}, [] { return here(); })(), nullptr);
    EXPECT_EQ(here(), one.node());
}

TEST_F(Bind, captured_nothing_runs_with_nothing_whoever_calls) {
    auto task = bind([] { return here(); });
    const Scope scope{request(1)};
    EXPECT_EQ(task(), nullptr);
    EXPECT_NE(here(), nullptr);
}

TEST_F(Bind, restores_the_caller_after_an_exception) {
    const Context one = request(1);
    const Scope scope{one};
    auto task = bind(request(2), [] { throw std::runtime_error{"from inside"}; });
    EXPECT_THROW(task(), std::runtime_error);
    EXPECT_EQ(here(), one.node());
    EXPECT_THROW(std::move(task)(), std::runtime_error);
    EXPECT_EQ(here(), one.node());
}

TEST_F(Bind, moves_its_reference_in_when_called_for_the_last_time) {
    Context one = request(1);
    const std::int64_t live = live_contexts();
    auto task = bind(std::move(one), [] { return live_contexts(); });
    EXPECT_EQ(std::move(task)(), live);
    EXPECT_EQ(live_contexts(), live - 1);  // gone with the call, though `task` is still alive
}

TEST_F(Bind, keeps_its_reference_when_called_as_an_lvalue) {
    const Context one = request(1);
    auto task = bind(one, [] { return here(); });
    EXPECT_EQ(task(), one.node());
    EXPECT_EQ(task(), one.node());
    EXPECT_EQ(std::as_const(task)(), one.node());
    EXPECT_EQ(task.context(), one);
}

TEST_F(Bind, destroys_the_callable_while_its_context_is_current) {
    const Context one = request(1);
    const detail::Node* died_in = nullptr;
    auto task = bind(one, [witness = SaysWhereItDies{died_in}] {});
    std::move(task)();
    EXPECT_EQ(died_in, one.node());
}

TEST_F(Bind, takes_move_only_callables_arguments_and_results) {
    auto task = bind(request(1), [own = std::make_unique<int>(40)](std::unique_ptr<int> more) {
        return std::make_unique<int>(*own + *more);
    });
    static_assert(!std::is_copy_constructible_v<decltype(task)>);
    static_assert(std::is_nothrow_move_constructible_v<decltype(task)>);
    EXPECT_EQ(*std::move(task)(std::make_unique<int>(2)), 42);
}

TEST_F(Bind, forwards_arguments_and_references) {
    int value = 1;
    auto set = bind([](int& to, int from) -> int& {
        to = from;
        return to;
    });
    int& result = set(value, 7);
    EXPECT_EQ(&result, &value);
    EXPECT_EQ(value, 7);
    static_assert(std::is_same_v<decltype(std::move(set)(value, 7)), int&>);
}

TEST_F(Bind, calls_member_functions) {
    struct Order {
        std::int64_t amount = 3;
        std::int64_t total(int factor) const { return amount * factor; }
    };
    const Order order;
    EXPECT_EQ(bind(&Order::total)(order, 5), 15);
    EXPECT_EQ(bind(&Order::amount)(order), 3);
}

// Promises of type.
struct Quiet {
    int operator()(int) & noexcept { return 1; }
    int operator()(int) && noexcept { return 2; }
    int operator()(int) const& { return 3; }
};
static_assert(std::is_nothrow_invocable_v<Bound<Quiet>, int>);
static_assert(std::is_nothrow_invocable_v<Bound<Quiet>&, int>);
static_assert(!std::is_nothrow_invocable_v<const Bound<Quiet>&, int>);
static_assert(!std::is_invocable_v<Bound<Quiet>, std::string>);
static_assert(std::is_copy_constructible_v<Bound<Quiet>>);
static_assert(sizeof(Bound<Quiet>) == sizeof(Context));
// A callee that must be moved into the call, by a move that may throw, makes the call throw.
struct MovesLoudly {
    MovesLoudly() = default;
    MovesLoudly(MovesLoudly&&) noexcept(false) {}
    ~MovesLoudly() {}
    void operator()() noexcept {}
};
static_assert(!std::is_nothrow_invocable_v<Bound<MovesLoudly>>);
static_assert(std::is_nothrow_invocable_v<Bound<MovesLoudly>&>);

TEST_F(Bind, calls_the_overload_of_its_own_value_category) {
    auto task = bind(Quiet{});
    EXPECT_EQ(task(0), 1);
    EXPECT_EQ(std::as_const(task)(0), 3);
    EXPECT_EQ(std::move(task)(0), 2);
}

TEST_F(Bind, lives_in_the_function_wrappers_of_others) {
    const Context one = request(1);
    std::function<const detail::Node*()> function = bind(one, [] { return here(); });
    EXPECT_EQ(function(), one.node());
    EXPECT_EQ(function(), one.node());

    absl::AnyInvocable<const detail::Node*()&&> invocable =
        bind(one, [own = std::make_unique<int>(1)] { return here(); });
    EXPECT_EQ(std::move(invocable)(), one.node());

    std::packaged_task<const detail::Node*()> packaged{bind(one, [] { return here(); })};
    std::future<const detail::Node*> result = packaged.get_future();
    packaged();
    EXPECT_EQ(result.get(), one.node());
}

TEST_F(Bind, packaged_tasks_hand_over_exceptions) {
    std::packaged_task<void()> packaged{
        bind(request(1), [] { throw std::runtime_error{"from inside"}; })};
    packaged();
    EXPECT_THROW(packaged.get_future().get(), std::runtime_error);
    EXPECT_EQ(here(), nullptr);
}

TEST_F(Bind, an_uncalled_task_lets_go_of_its_context) {
    const std::int64_t live = live_contexts();
    {
        const auto task = bind(request(1), [] {});
        EXPECT_EQ(live_contexts(), live + 1);
    }
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Bind, drops_what_the_callable_left_behind) {
    const test::CountMisuseOnly quiet;
    const Context one = request(1);
    const Scope scope{one};
    std::optional<Scope> forgotten;
    bind(request(2), [&forgotten] { forgotten.emplace(request(3)); })();
    EXPECT_EQ(here(), one.node());
    forgotten.reset();  // too late, and on nobody's word: counted, without effect
    EXPECT_EQ(here(), one.node());
}

TEST_F(Bind, background_work_has_no_context_on_purpose) {
    const Scope scope{request(1)};
    auto task = background([] { return here(); });
    EXPECT_EQ(task(), nullptr);
    static_assert(is_bound<decltype(task)>);
    EXPECT_NE(here(), nullptr);
}

TEST_F(Bind, detach_calls_now_without_a_context) {
    const Context one = request(1);
    const Scope scope{one};
    EXPECT_EQ(detach([](int) { return here(); }, 1), nullptr);
    EXPECT_EQ(here(), one.node());
    EXPECT_THROW(detach([] { throw std::runtime_error{"from inside"}; }), std::runtime_error);
    EXPECT_EQ(here(), one.node());
}

}  // namespace
}  // namespace ctx
