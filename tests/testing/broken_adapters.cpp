// Adapters that are wrong, each in one way that adapters have been. tests/testing/CMakeLists.txt
// lists which check must fail for which of them, and with which words.

#include <ctx/context/boundary.hpp>
#include <ctx/context/detail/switch.hpp>
#include <ctx/executors/bind.hpp>
#include <ctx/testing/executor_contract.hpp>
#include <ctx/testing/hop_pool.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using ctx::Context;
using ctx::current;
using namespace ctx::testing;  // NOLINT: as users do

/// Threads of its own.
struct OnThreads {
    void submit_bare(auto&& task) { pool.post(std::forward<decltype(task)>(task)); }
    void wait() { pool.wait(); }
    HopPool pool;
};

/// Runs on the thread that waits, as an event loop does.
struct OnWaiter {
    void submit_bare(std::function<void()> task) {
        const std::lock_guard lock{mutex};
        tasks.push_back(std::move(task));
    }
    void wait() {
        while (const std::function<void()> task = take())
            task();
    }
    std::function<void()> take() {
        const std::lock_guard lock{mutex};
        if (tasks.empty()) return nullptr;
        std::function<void()> first = std::move(tasks.front());
        tasks.pop_front();
        return first;
    }
    std::mutex mutex;
    std::deque<std::function<void()>> tasks;
    static constexpr const char* needs_copyable_tasks = "a std::function is kept";
    static constexpr const char* destroys_tasks_elsewhere = "a std::function is called";
};

/// Makes a context current for good.
void leave_current(Context context) {
    ctx::detail::release_node(ctx::detail::replace_node(context.release()));
}

struct ForgetsToCapture : OnThreads {
    void submit(auto task) { pool.post(std::move(task)); }
};

struct CapturesWhenItRuns : OnWaiter {
    void submit(auto task) {
        submit_bare([task] { ctx::bind(task)(); });
    }
};

struct ForgetsTheEmptyContext : OnWaiter {
    void submit(auto task) {
        if (current()) {
            submit_bare(ctx::bind(task));
        } else {
            submit_bare(task);
        }
    }
};

struct LeavesTheContext : OnThreads {
    void submit(auto task) {
        pool.post([context = Context{current()}, task = std::move(task)]() mutable {
            leave_current(std::move(context));
            task();
        });
    }
};

struct ClearsTheWaiter : OnWaiter {
    void submit(auto task) {
        submit_bare([context = Context{current()}, task] {
            leave_current(context);
            task();
            leave_current({});
        });
    }
};

struct ForgetsExceptions : OnThreads {
    void submit(auto task) {
        pool.post([context = Context{current()}, task = std::move(task)]() mutable {
            leave_current(std::move(context));
            task();
            leave_current({});
        });
    }
};

struct TrustsScopes : OnThreads {
    void submit(auto task) {
        pool.post([context = Context{current()}, task = std::move(task)]() mutable {
            const ctx::Scope scope{std::move(context)};
            task();
        });
    }
};

struct DestroysOutside : OnThreads {
    void submit(auto task) {
        pool.post([bound = ctx::bind(std::move(task))]() mutable { bound(); });
    }
};

struct KeepsTheContext : OnThreads {
    void submit(auto task) {
        {
            const std::lock_guard lock{mutex};
            kept.emplace_back(current());
        }
        pool.post(ctx::bind(std::move(task)));
    }
    void submit_unrun(auto task) { submit(std::move(task)); }
    void submit_after(std::chrono::milliseconds, auto task) { submit(std::move(task)); }
    void drop_unrun() { pool.drop(); }
    std::mutex mutex;
    std::vector<Context> kept;
};

struct RunsAsItsCreator : OnThreads {
    void submit(auto task) {
        const std::lock_guard lock{mutex};
        if (!creator) creator.emplace(current());
        pool.post(ctx::bind(*creator, std::move(task)));
    }
    std::mutex mutex;
    std::optional<Context> creator;
};

struct CarriesIdsOnly : OnThreads {
    void submit(auto task) {
        Context ids;
        if (current()) ids = ids.with_span(current().span_context());
        pool.post(ctx::bind(std::move(ids), std::move(task)));
    }
};

struct DropsLocalValues : OnThreads {
    void submit(auto task) {
        Context sent;
        if (current()) {
            sent = sent.with_span_and_baggage(current().span_context(), current().baggage());
        }
        pool.post(ctx::bind(std::move(sent), std::move(task)));
    }
};

struct SwapsTwo : OnThreads {
    void submit(auto task) {
        const std::lock_guard lock{mutex};
        pool.post(ctx::bind(std::exchange(other, Context{current()}), std::move(task)));
    }
    std::mutex mutex;
    Context other;
};

/// Right until somebody submits fifty tasks.
struct SlipsUnderLoad : OnThreads {
    void submit(auto task) {
        const std::lock_guard lock{mutex};
        Context before = std::exchange(last, Context{current()});
        pool.post(ctx::bind(++count % 50 == 0 ? before : last, std::move(task)));
        if (count < 50) last = {};
    }
    std::mutex mutex;
    int count = 0;
    Context last;
};

struct TakesTheSubmittersContext {
    static constexpr std::size_t threads = 0;
    void submit(auto task) {
        task();
        leave_current({});
    }
    void wait() {}
};

struct ForgetsMoveOnlyTasks : OnThreads {
    template <typename F>
    void submit(F task) {
        if constexpr (std::is_copy_constructible_v<F>) {
            pool.post(ctx::bind(std::move(task)));
        } else {
            pool.post(std::move(task));
        }
    }
};

struct BindsATaskOnce : OnWaiter {
    template <typename F>
    void submit(F task) {
        if (!bound) bound = ctx::bind(task);
        submit_bare(bound);
    }
    std::function<void()> bound;
};

struct ForgetsNestedTasks : OnThreads {
    void submit(auto task) {
        if (std::this_thread::get_id() == owner) {
            pool.post(ctx::bind(std::move(task)));
        } else {
            pool.post(std::move(task));
        }
    }
    std::thread::id owner = std::this_thread::get_id();
};

struct CapturesWhenTheTimerFires : OnWaiter {
    void submit(auto task) { submit_bare(ctx::bind(task)); }
    void submit_after(std::chrono::milliseconds, auto task) {
        submit_bare([this, task] { submit(task); });
    }
};

struct NeverRuns : OnThreads {
    void submit(auto) {}
};

INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsToCapture, ExecutorContract, ForgetsToCapture);
INSTANTIATE_TYPED_TEST_SUITE_P(CapturesWhenItRuns, ExecutorContract, CapturesWhenItRuns);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsTheEmptyContext, ExecutorContract, ForgetsTheEmptyContext);
INSTANTIATE_TYPED_TEST_SUITE_P(LeavesTheContext, ExecutorContract, LeavesTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(ClearsTheWaiter, ExecutorContract, ClearsTheWaiter);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsExceptions, ExecutorContract, ForgetsExceptions);
INSTANTIATE_TYPED_TEST_SUITE_P(TrustsScopes, ExecutorContract, TrustsScopes);
INSTANTIATE_TYPED_TEST_SUITE_P(DestroysOutside, ExecutorContract, DestroysOutside);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsTheContext, ExecutorContract, KeepsTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsTheContext, DelayedExecutorContract, KeepsTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsTheContext, DroppingExecutorContract, KeepsTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(RunsAsItsCreator, ExecutorContract, RunsAsItsCreator);
INSTANTIATE_TYPED_TEST_SUITE_P(CarriesIdsOnly, ExecutorContract, CarriesIdsOnly);
INSTANTIATE_TYPED_TEST_SUITE_P(DropsLocalValues, ExecutorContract, DropsLocalValues);
INSTANTIATE_TYPED_TEST_SUITE_P(SwapsTwo, ExecutorContract, SwapsTwo);
INSTANTIATE_TYPED_TEST_SUITE_P(SlipsUnderLoad, ExecutorContract, SlipsUnderLoad);
INSTANTIATE_TYPED_TEST_SUITE_P(TakesTheSubmittersContext, ExecutorContract,
                               TakesTheSubmittersContext);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsMoveOnlyTasks, ExecutorContract, ForgetsMoveOnlyTasks);
INSTANTIATE_TYPED_TEST_SUITE_P(BindsATaskOnce, ExecutorContract, BindsATaskOnce);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsNestedTasks, ExecutorContract, ForgetsNestedTasks);
INSTANTIATE_TYPED_TEST_SUITE_P(CapturesWhenTheTimerFires, DelayedExecutorContract,
                               CapturesWhenTheTimerFires);
INSTANTIATE_TYPED_TEST_SUITE_P(NeverRuns, ExecutorContract, NeverRuns);

}  // namespace
