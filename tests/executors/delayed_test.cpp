#include "executors/support.hpp"
#include <ctx/executors/executor.hpp>
#include <ctx/executors/future.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using namespace std::chrono_literals;
using test::here;
using test::request;

/// Tasks in the order of their times, on a clock that the test sets.
class Timers {
public:
    using Task = std::function<void()>;

    int schedule(std::chrono::milliseconds delay, Task task) {
        tasks_.emplace(now_ + delay, Entry{++last_, 0ms, std::move(task)});
        return last_;
    }
    int schedule_every(std::chrono::milliseconds period, Task task) {
        tasks_.emplace(now_ + period, Entry{++last_, period, std::move(task)});
        return last_;
    }
    void cancel(int id) {
        std::erase_if(tasks_, [id](const auto& task) { return task.second.id == id; });
    }
    void pass(std::chrono::milliseconds time) {
        for (const auto end = now_ + time; !tasks_.empty() && tasks_.begin()->first <= end;) {
            auto due = tasks_.extract(tasks_.begin());
            now_ = due.key();
            due.mapped().task();
            if (due.mapped().period == 0ms) continue;
            due.key() += due.mapped().period;
            tasks_.insert(std::move(due));
        }
    }

private:
    struct Entry {
        int id;
        std::chrono::milliseconds period;
        Task task;
    };
    std::chrono::milliseconds now_{0};
    std::multimap<std::chrono::milliseconds, Entry> tasks_;
    int last_ = 0;
};

/// Keep what they get until the test runs it.
struct TaskFirst {
    std::vector<std::function<void()>> tasks;
    void submit_after(std::function<void()> f, std::chrono::milliseconds) {
        tasks.push_back(std::move(f));
    }
    void execute_every(std::function<void()> f, std::chrono::milliseconds) {
        tasks.push_back(std::move(f));
    }
};
struct TimeFirst {
    std::vector<std::function<void()>> tasks;
    template <typename F, typename Rep, typename Period>
    bool execute_after(const std::chrono::duration<Rep, Period>& delay, F f) {
        tasks.push_back(std::move(f));
        return delay > 0s;
    }
};
struct InTicks {
    void schedule(int, const std::function<void()>&) {}
};
static_assert(TaskExecutor<Timers&> && TaskExecutor<TaskFirst&> && TaskExecutor<TimeFirst&> &&
              TaskExecutor<InTicks&>);

class Delayed : public test::ExecutorsTest {
protected:
    Timers timers_;
    Executor<Timers&> executor_ = wrap(timers_);
    std::vector<const detail::Node*> seen_;
    std::function<void()> look() {
        return [this] { seen_.push_back(here()); };
    }
};

std::uint64_t tasks_without_context() {
    for (const StatSample& stat : stats()) {
        if (stat.name == "ctx_executors_tasks_without_context_total") return stat.value;
    }
    ADD_FAILURE() << "the counter is not listed";
    return 0;
}

TEST_F(Delayed, runs_with_the_context_of_the_submitter) {
    const Context one = request(1);
    const Context two = request(2);
    {
        const Scope scope{one};
        executor_.schedule(20ms, look());
    }
    {
        const Scope scope{two};
        executor_.schedule(10ms, look());
    }
    timers_.pass(1s);
    EXPECT_EQ(seen_, (std::vector{two.node(), one.node()}));
}

TEST_F(Delayed, time_and_task_come_in_the_order_of_the_pool) {
    const Context one = request(1);
    TaskFirst task_first;
    TimeFirst time_first;
    {
        const Scope scope{one};
        wrap(task_first).submit_after(look(), 10ms);
        EXPECT_TRUE(wrap(time_first).execute_after(10ms, look()));
        EXPECT_TRUE(wrap(time_first).execute_after(std::chrono::hours{1}, look()));
    }
    task_first.tasks.at(0)();
    time_first.tasks.at(0)();
    time_first.tasks.at(1)();
    EXPECT_EQ(seen_, std::vector(3, one.node()));
}

TEST_F(Delayed, a_cancelled_task_lets_go_of_its_context_at_once) {
    const std::int64_t live = live_contexts();
    int id = 0;
    {
        const Scope scope{request(1)};
        id = executor_.schedule(1h, look());
    }
    EXPECT_EQ(live_contexts(), live + 1);
    timers_.cancel(id);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Delayed, exceptions_restore_the_thread) {
    const Context two = request(2);
    executor_.schedule(1ms, bind(request(1), [] { throw std::runtime_error{"from inside"}; }));
    const Scope scope{two};
    EXPECT_THROW(timers_.pass(1s), std::runtime_error);
    EXPECT_EQ(here(), two.node());
}

TEST_F(Delayed, a_task_without_a_context_is_counted_and_a_bound_one_is_not) {
    const std::uint64_t before = tasks_without_context();
    executor_.schedule(1ms, look());
    EXPECT_EQ(tasks_without_context(), before + 1);
    const Context one = request(1);
    executor_.schedule(1ms, background(look()));
    executor_.schedule(1ms, bind(one, look()));
    EXPECT_EQ(tasks_without_context(), before + 1);
    timers_.pass(1s);
    EXPECT_EQ(seen_, (std::vector<const detail::Node*>{nullptr, nullptr, one.node()}));
}

TEST_F(Delayed, periodic_work_has_no_context_whoever_starts_it) {
    const std::int64_t live = live_contexts();
    const std::uint64_t before = tasks_without_context();
    TaskFirst task_first;
    {
        const Scope scope{request(1)};
        executor_.schedule_every(10ms, look());
        wrap(task_first).execute_every(look(), 10ms);
    }
    EXPECT_EQ(live_contexts(), live);  // the request that started it is over
    const Scope timer_thread{request(2)};
    timers_.pass(30ms);
    task_first.tasks.at(0)();
    EXPECT_EQ(seen_, std::vector<const detail::Node*>(4, nullptr));
    EXPECT_EQ(tasks_without_context(), before);  // on purpose
}

TEST_F(Delayed, periodic_work_that_is_bound_keeps_its_context) {
    const std::int64_t live = live_contexts();
    const int id = executor_.schedule_every(10ms, bind(request(1), look()));
    timers_.pass(20ms);
    ASSERT_EQ(seen_.size(), 2U);
    EXPECT_NE(seen_[0], nullptr);
    EXPECT_EQ(seen_[1], seen_[0]);
    EXPECT_EQ(live_contexts(), live + 1);
    timers_.cancel(id);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Delayed, a_task_that_schedules_itself_again_starts_in_the_background) {
    int runs = 0;
    std::function<void()> refresh = [&] {
        seen_.push_back(here());
        if (++runs < 3) executor_.schedule(10ms, background(refresh));
    };
    const std::int64_t live = live_contexts();
    {
        const Scope scope{request(1)};
        executor_.schedule(10ms, background(refresh));
    }
    EXPECT_EQ(live_contexts(), live);
    timers_.pass(1s);
    EXPECT_EQ(seen_, std::vector<const detail::Node*>(3, nullptr));
}

}  // namespace
}  // namespace ctx
