// Coroutines of types that know nothing of ctx.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <utility>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::test::here;

class Await : public ctx::test::ExecutorsTest {};

// Begins at once and frees itself, as the simplest types of examples do.
struct Eager {
    struct promise_type {
        Eager get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

// Lazy, with symmetric transfer, as cppcoro's.
template <typename T>
class Foreign {
public:
    struct promise_type {
        T value{};
        std::coroutine_handle<> continuation;
        Foreign get_return_object() {
            return Foreign{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Final {
                bool await_ready() const noexcept { return false; }
                std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> coroutine) const noexcept {
                    return coroutine.promise().continuation;
                }
                void await_resume() const noexcept {}
            };
            return Final{};
        }
        void return_value(T result) { value = std::move(result); }
        void unhandled_exception() const { std::terminate(); }
    };

    explicit Foreign(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    Foreign(Foreign&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Foreign& operator=(Foreign&&) = delete;
    ~Foreign() {
        if (coroutine_) coroutine_.destroy();
    }

    auto operator co_await() && noexcept {
        struct Awaiter {
            std::coroutine_handle<promise_type> coroutine;
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
                coroutine.promise().continuation = awaiting;
                return coroutine;
            }
            T await_resume() const { return std::move(coroutine.promise().value); }
        };
        return Awaiter{coroutine_};
    }

private:
    std::coroutine_handle<promise_type> coroutine_;
};

Foreign<const void*> foreign_look() {
    co_return here();
}
Foreign<const void*> foreign_hop(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    co_await ctx::await(ctx::resume_on(pool));
    EXPECT_EQ(here(), own.node());
    co_await ctx::await(ctx::resume_on(pool));
    co_return here();
}

// Bools: at once, not at all, inside of the call, on another thread.
struct Sometimes {
    enum class How { ready, not_at_all, inside, elsewhere };
    How how;
    ctx::test::SmallPool* pool;
    Sometimes(How which, ctx::test::SmallPool& on) : how(which), pool(&on) {}
    bool await_ready() const noexcept { return how == How::ready; }
    bool await_suspend(std::coroutine_handle<> coroutine) const {
        if (how == How::not_at_all) return false;
        if (how == How::inside) {
            coroutine.resume();
        } else {
            pool->post([coroutine] { coroutine.resume(); });
        }
        return true;
    }
    void await_resume() const noexcept {}
};

constexpr Sometimes::How every_way[] = {Sometimes::How::ready, Sometimes::How::not_at_all,
                                        Sometimes::How::inside, Sometimes::How::elsewhere};

Eager eager(Sometimes::How first, Sometimes::How second, ctx::test::SmallPool& pool,
            std::promise<void>& done) {
    {
        const Context own{ctx::current()};
        co_await ctx::await(Sometimes{first, pool});
        EXPECT_EQ(here(), own.node());
        co_await ctx::await(Sometimes{second, pool});
        EXPECT_EQ(here(), own.node());
    }
    done.set_value();
}

TEST_F(Await, keeps_the_context_of_an_eager_coroutine_whatever_it_awaits) {
    ctx::test::SmallPool pool{2};
    for (const auto first : every_way) {
        for (const auto second : every_way) {
            std::promise<void> done;
            {
                const Context request = ctx::test::request(1);
                const Scope scope{request};
                eager(first, second, pool, done);
                EXPECT_EQ(here(), request.node());
            }
            done.get_future().get();
        }
    }
    EXPECT_EQ(pool.finish(), 0);
}

ctx::task<void> all_ways(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    for (const auto how : every_way) {
        co_await Sometimes{how, pool};
        EXPECT_EQ(here(), own.node());
    }
}

TEST_F(Await, of_anything_in_a_task_keeps_its_context) {
    ctx::test::SmallPool pool{2};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(all_ways(pool));
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

ctx::task<void> awaits_foreign(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    EXPECT_EQ(co_await foreign_look(), own.node()) << "it begins with the context";
    EXPECT_EQ(co_await foreign_hop(pool), own.node());
    EXPECT_EQ(here(), own.node());
    const Scope scope{ctx::test::request(5)};
    EXPECT_NE(co_await foreign_hop(pool), own.node());
}

TEST_F(Await, of_a_foreign_coroutine_begins_it_with_the_context) {
    ctx::test::SmallPool pool{2};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(awaits_foreign(pool));
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

// A hop that nobody told of the context: it is lost, and never another's.
Foreign<const void*> foreign_raw_hop(ctx::test::SmallPool& pool) {
    co_await ctx::resume_on(pool);
    co_return here();
}
ctx::task<void> awaits_raw(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    EXPECT_EQ(co_await foreign_raw_hop(pool), nullptr);
    EXPECT_EQ(here(), own.node()) << "the task has its own back";
}

TEST_F(Await, that_was_forgotten_loses_the_context_and_finds_no_other) {
    ctx::test::SmallPool pool{1};
    {
        const Scope scope{ctx::test::request(1)};
        ctx::sync_wait(awaits_raw(pool));
    }
    EXPECT_EQ(pool.finish(), 0);
}

Foreign<int> one() {
    co_return 1;
}
ctx::task<int> many_in_a_task(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await one();
    co_return sum;
}
Eager many_in_an_eager(int count, int& sum, const Context& own) {
    for (int i = 0; i < count; ++i)
        sum += co_await ctx::await(one());
    EXPECT_EQ(here(), own.node());
}

TEST_F(Await, needs_no_deeper_stack_for_many_that_complete_at_once) {
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    EXPECT_EQ(ctx::sync_wait(many_in_a_task(1'000'000)), 1'000'000);
    int sum = 0;
    many_in_an_eager(1'000'000, sum, request);
    EXPECT_EQ(sum, 1'000'000);
}

Eager scope_over_second(ctx::test::SmallPool& pool, std::promise<void>& done) {
    co_await ctx::await(ctx::resume_on(pool));
    const Context inner = ctx::test::request(2);
    {
        const Scope scope{inner};
        co_await ctx::await(ctx::resume_on(pool));
        EXPECT_EQ(here(), inner.node());
    }
    EXPECT_NE(here(), inner.node());
    EXPECT_TRUE(ctx::current());
    done.set_value();
}

TEST_F(Await, may_be_in_a_scope_once_the_coroutine_was_resumed) {
    ctx::test::SmallPool pool{2};
    std::promise<void> done;
    {
        const Scope scope{ctx::test::request(1)};
        scope_over_second(pool, done);
    }
    done.get_future().get();
    EXPECT_EQ(pool.finish(), 0);
    for (const ctx::StatSample& sample : ctx::stats()) {
        if (sample.name == "ctx_scope_misuse_total" || sample.name == "ctx_scope_left_open_total") {
            EXPECT_EQ(sample.value, 0U) << sample.name;
        }
    }
}

struct Throws {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const { throw 1; }
    void await_resume() const noexcept {}
};
Eager throwing(const Context& own) {
    try {
        co_await ctx::await(Throws{});
        ADD_FAILURE();
    } catch (int) {
        EXPECT_EQ(here(), own.node());
    }
}
ctx::task<void> throwing_in_task(const Context& own) {
    bool threw = false;
    try {
        co_await Throws{};
    } catch (int) {
        threw = true;
    }
    EXPECT_TRUE(threw);
    EXPECT_EQ(here(), own.node());
}

TEST_F(Await, that_throws_before_it_suspends_changes_nothing) {
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    throwing(request);
    ctx::sync_wait(throwing_in_task(request));
    EXPECT_EQ(here(), request.node());
}

// Tells when it is gone; itself an awaiter, or with one that refers to it.
class Telling {
public:
    explicit Telling(bool& gone) : gone_(&gone) {}
    Telling(Telling&& other) noexcept : gone_(std::exchange(other.gone_, nullptr)) {}
    Telling& operator=(Telling&&) = delete;
    ~Telling() {
        if (gone_ != nullptr) *gone_ = true;
    }

protected:
    bool* gone_;
};
struct TellingAwaiter : Telling {
    using Telling::Telling;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};
struct TellingAwaitable : Telling {
    using Telling::Telling;
    TellingAwaiter operator co_await() && noexcept { return TellingAwaiter{unused_}; }

private:
    bool unused_ = false;
};

template <typename T>
auto await_later(bool& gone) {
    return ctx::await(T{gone});
}

TEST_F(Await, keeps_an_rvalue_when_it_is_made_in_another_function) {
    bool gone = false;
    {
        const auto awaiter = await_later<TellingAwaiter>(gone);
        EXPECT_FALSE(gone);
    }
    EXPECT_TRUE(std::exchange(gone, false));
    {
        const auto awaiter = await_later<TellingAwaitable>(gone);
        EXPECT_FALSE(gone);
    }
    EXPECT_TRUE(gone);
}

}  // namespace
