// Types of coroutines that do not keep their context, each in another way; as broken_adapters.cpp.

#include "executors/lazy.hpp"
#include "executors/support.hpp"
#include <ctx/context/detail/switch.hpp>
#include <ctx/testing/coroutine_contract.hpp>

#include <coroutine>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace {

using ctx::Context;
using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Lazy;
using ctx::test::Never;
using ctx::test::SmallPool;

/// Goes on on another thread, through what `wrap` makes of the resumption.
class Hop {
public:
    using Task = std::function<void()>;
    Hop(SmallPool& pool, std::function<Task(Task)> wrap) : pool_(&pool), wrap_(std::move(wrap)) {}
    bool await_ready() const noexcept { return false; }
    [[gnu::noinline]] void await_suspend(std::coroutine_handle<> coroutine) const {
        Task task = wrap_([coroutine] { coroutine.resume(); });
        pool_->post(std::move(task));
    }
    void await_resume() const noexcept {}

private:
    SmallPool* pool_;
    std::function<Task(Task)> wrap_;
};

struct OnPool {
    static constexpr const char* no_scope_over_await = "it knows nothing of contexts";
    using task = Lazy<>;
    void run(task coroutine) { std::move(coroutine).run(); }
    task start(task coroutine) {
        coroutine.start();
        return coroutine;
    }
    Never never() const noexcept { return {}; }
    void submit_bare(std::function<void()> function) { pool.post(std::move(function)); }
    SmallPool pool{1};
};

void leave_current(Context context) {
    ctx::detail::release_node(ctx::detail::replace_node(context.release()));
}

struct ForgetsAtHops : OnPool {
    Hop hop() {
        return {pool, [](Hop::Task resume) { return resume; }};
    }
};

struct LeavesAtHops : OnPool {
    Hop hop() {
        return {pool, [context = Context{ctx::current()}](Hop::Task resume) -> Hop::Task {
                    return [context, resume = std::move(resume)] {
                        leave_current(context);
                        resume();
                    };
                }};
    }
};

struct HopsAsTheFirst : OnPool {
    Hop hop() {
        const std::lock_guard lock{mutex};
        if (!first) first.emplace(ctx::current());
        return {pool, [context = *first](Hop::Task resume) -> Hop::Task {
                    return [context, resume = std::move(resume)] {
                        const ctx::Boundary boundary{context};
                        resume();
                    };
                }};
    }
    std::mutex mutex;
    std::optional<Context> first;
};

INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsAtHops, CoroutineContract, ForgetsAtHops);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsAtHops, SuspendedCoroutineContract, ForgetsAtHops);
INSTANTIATE_TYPED_TEST_SUITE_P(LeavesAtHops, CoroutineContract, LeavesAtHops);
INSTANTIATE_TYPED_TEST_SUITE_P(HopsAsTheFirst, CoroutineContract, HopsAsTheFirst);

}  // namespace
