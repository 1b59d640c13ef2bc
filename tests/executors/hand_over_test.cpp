// A coroutine is resumed, or destroyed, on another thread while the await_suspend() that gave it away
// has not returned: it does so only when the other thread is through with the coroutine.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <coroutine>
#include <future>
#include <numeric>
#include <utility>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::test::here;

enum class Fate : bool { goes_on, destroyed };

// What the test and its coroutines know of each other.
struct Meeting {
    ctx::test::SmallPool pool{1};
    const Context outer = ctx::test::request(1);
    const Context inner = ctx::test::request(2);
    const Context of_pool = ctx::test::request(3);
    Fate fate = Fate::goes_on;
    int looks = 0;
    int wrong = 0;

    void look(const Context& expected) {
        ++looks;
        wrong += here() == expected.node() ? 0 : 1;
    }

    // Hands over, and comes back when the coroutine has ended or is gone. What is here is used
    // afterwards: it must not lie in the coroutine's frame, into which all this could be inlined.
    [[gnu::always_inline]] long give(std::coroutine_handle<> coroutine) {
        int on_stack[16];
        std::iota(std::begin(on_stack), std::end(on_stack), looks);
        std::promise<void> through;
        pool.post([&, coroutine] {
            {
                const Scope scope{of_pool};
                fate == Fate::goes_on ? coroutine.resume() : coroutine.destroy();
                look(of_pool);
            }
            through.set_value();
        });
        through.get_future().get();
        look(inner);  // this thread still has the context that the await began with
        return std::accumulate(std::begin(on_stack), std::end(on_stack), 0L);
    }
};

class Returns {
public:
    explicit Returns(Meeting& meeting) : meeting_(&meeting) {}
    bool await_ready() const noexcept { return false; }
    void await_resume() const noexcept {}

protected:
    // Read before the coroutine is given away, and this awaiter with it.
    [[nodiscard]] Meeting& meeting() const noexcept { return *meeting_; }

private:
    Meeting* meeting_;
};
struct ReturnsNothing : Returns {
    using Returns::Returns;
    [[gnu::always_inline]] void await_suspend(std::coroutine_handle<> coroutine) const {
        Meeting& meeting = this->meeting();
        meeting.wrong += meeting.give(coroutine) > 0 ? 0 : 1;
    }
};
struct ReturnsTrue : Returns {
    using Returns::Returns;
    [[gnu::always_inline]] bool await_suspend(std::coroutine_handle<> coroutine) const {
        Meeting& meeting = this->meeting();
        return meeting.give(coroutine) > 0;
    }
};
struct ReturnsHandle : Returns {
    using Returns::Returns;
    [[gnu::always_inline]] std::coroutine_handle<> await_suspend(
        std::coroutine_handle<> coroutine) const {
        Meeting& meeting = this->meeting();
        meeting.wrong += meeting.give(coroutine) > 0 ? 0 : 1;
        return std::noop_coroutine();
    }
};

struct LooksAtItsEnd {
    Meeting& meeting;
    explicit LooksAtItsEnd(Meeting& of) : meeting(of) {}
    ~LooksAtItsEnd() { meeting.look(meeting.inner); }
    LooksAtItsEnd(const LooksAtItsEnd&) = delete;
    LooksAtItsEnd& operator=(const LooksAtItsEnd&) = delete;
};

// Keeps its context, and frees itself at its end.
struct Own {
    struct promise_type : ctx::ContextPromise {
        Own get_return_object() const noexcept { return {}; }
        auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_never{}); }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};
// Knows nothing of contexts.
struct Foreign {
    struct promise_type {
        Foreign get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

template <typename Awaiter>
Own suspends(Meeting& meeting) {
    meeting.look(meeting.outer);
    {
        const Scope scope{meeting.inner};
        const LooksAtItsEnd last{meeting};
        co_await Awaiter{meeting};
        meeting.look(meeting.inner);
    }
    meeting.look(meeting.outer);
}

template <typename Awaiter>
Foreign suspends_foreign(Meeting& meeting) {
    meeting.look(meeting.inner);
    const LooksAtItsEnd last{meeting};
    co_await ctx::await(Awaiter{meeting});
    meeting.look(meeting.inner);
}

template <typename Awaiter>
ctx::task<void> inside(Meeting& meeting) {
    const LooksAtItsEnd last{meeting};
    co_await Awaiter{meeting};
    meeting.look(meeting.inner);
}
template <typename Awaiter>
Own suspends_in_a_task(Meeting& meeting) {
    const Scope scope{meeting.inner};
    co_await inside<Awaiter>(meeting);
    meeting.look(meeting.inner);
}

template <typename Awaiter>
class HandOver : public ctx::test::ExecutorsTest {
protected:
    // Runs `begin` on this thread, many times.
    template <typename Begin>
    static void meet(Fate fate, int looks_each, const Context Meeting::*with, Begin begin) {
        Meeting meeting;
        meeting.fate = fate;
        constexpr int times = 200;
        for (int i = 0; i < times; ++i) {
            const Scope scope{meeting.*with};
            begin(meeting);
            meeting.look(meeting.*with);
        }
        EXPECT_EQ(meeting.wrong, 0);
        EXPECT_EQ(meeting.looks, times * (looks_each + 1));
        EXPECT_EQ(meeting.pool.finish(), 0);
    }
};

using Kinds = testing::Types<ReturnsNothing, ReturnsTrue, ReturnsHandle>;
TYPED_TEST_SUITE(HandOver, Kinds, );

TYPED_TEST(HandOver, to_a_thread_that_runs_the_coroutine_to_its_end) {
    this->meet(Fate::goes_on, 6, &Meeting::outer, [](auto& of) { suspends<TypeParam>(of); });
}
TYPED_TEST(HandOver, to_a_thread_that_destroys_the_coroutine) {
    this->meet(Fate::destroyed, 4, &Meeting::outer, [](auto& of) { suspends<TypeParam>(of); });
}
TYPED_TEST(HandOver, of_a_foreign_coroutine_that_runs_to_its_end) {
    this->meet(Fate::goes_on, 5, &Meeting::inner,
               [](auto& of) { suspends_foreign<TypeParam>(of); });
}
TYPED_TEST(HandOver, of_a_foreign_coroutine_that_is_destroyed) {
    this->meet(Fate::destroyed, 4, &Meeting::inner,
               [](auto& of) { suspends_foreign<TypeParam>(of); });
}
TYPED_TEST(HandOver, of_a_task_whose_end_resumes_another_coroutine) {
    this->meet(Fate::goes_on, 5, &Meeting::outer,
               [](auto& of) { suspends_in_a_task<TypeParam>(of); });
}

}  // namespace
