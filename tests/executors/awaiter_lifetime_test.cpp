// Compilers and awaiters: one that GCC 12 destroys twice is refused (aggregate_awaiter.cpp); the others
// are destroyed once, however they are awaited.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <utility>

namespace {

class AwaiterLifetime : public ctx::test::ExecutorsTest {
protected:
    std::shared_ptr<int> held_ = std::make_shared<int>(0);
};

template <bool is_ready>
struct Constructed {
    std::shared_ptr<int> held;
    explicit Constructed(std::shared_ptr<int> what) : held(std::move(what)) {}
    bool await_ready() const noexcept { return is_ready; }
    bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
    void await_resume() const noexcept {}
};

struct Aggregate {
    std::shared_ptr<int> held;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

// Owns an aggregate awaiter, which is awaited by its name.
struct Plain {
    struct promise_type {
        Plain get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

ctx::task<void> awaits_constructed(const std::shared_ptr<int>& held) {
    co_await Constructed<true>{held};
    co_await Constructed<false>{held};
    EXPECT_EQ(held.use_count(), 1);
    co_await ctx::await(Constructed<true>{held});
    co_await ctx::await(Constructed<false>{held});
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(AwaiterLifetime, an_awaiter_with_a_constructor_is_destroyed_once) {
    ctx::sync_wait(awaits_constructed(held_));
    EXPECT_EQ(held_.use_count(), 1);
}

Plain awaits_in_a_foreign_one(const std::shared_ptr<int>& held) {
    co_await ctx::await(Constructed<true>{held});
    co_await ctx::await(Constructed<false>{held});
}

TEST_F(AwaiterLifetime, so_is_one_that_a_foreign_coroutine_awaits) {
    awaits_in_a_foreign_one(held_);
    EXPECT_EQ(held_.use_count(), 1);
}

static_assert(ctx::detail::survives_being_awaited<Constructed<true>>);
#if defined(__GNUC__) && !defined(__clang__)
static_assert(!ctx::detail::survives_being_awaited<Aggregate>);
#else
static_assert(ctx::detail::survives_being_awaited<Aggregate>);
#endif

Plain awaits_an_aggregate(const std::shared_ptr<int>& held) {
    co_await Aggregate{held};
}

// Shows what the refusal is for. More owners stand by, so that a second destruction destroys none.
TEST_F(AwaiterLifetime, an_aggregate_is_destroyed_as_often_as_is_known_of_this_compiler) {
    const std::shared_ptr<int> stands_by = held_;
    auto* const taken = new std::shared_ptr<int>{held_};
    const long before = held_.use_count();
    awaits_an_aggregate(held_);
    const long lost = before - held_.use_count();
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ == 12
    EXPECT_EQ(lost, 1);
#elif defined(__clang__)
    EXPECT_EQ(lost, 0);
#endif
    if (lost == 0) delete taken;
    if (lost == 1) ::operator delete(taken);  // its count was given back by the second destruction
}

}  // namespace
