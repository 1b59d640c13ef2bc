// The contract holds for the simplest adapters there are; each kind of executor once.

#include <ctx/executors/executor.hpp>
#include <ctx/testing/executor_contract.hpp>
#include <ctx/testing/hop_pool.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace {

using namespace ctx::testing;  // NOLINT: as users do

/// Runs in wait(), in a random order.
struct Hopping {
    template <typename F>
    void submit(F&& task) {
        ctx::wrap(pool).post(std::forward<F>(task));
    }
    template <typename F>
    void submit_bare(F&& task) {
        pool.post(std::forward<F>(task));
    }
    template <typename F>
    void submit_unrun(F&& task) {
        submit(std::forward<F>(task));
    }
    void drop_unrun() { pool.drop(); }
    template <typename F>
    void submit_after(std::chrono::milliseconds, F&& task) {
        submit(std::forward<F>(task));
    }
    void wait() { pool.wait(); }

    HopPool pool{stress_seed(), 2};

private:
    static std::uint64_t stress_seed() { return detail::stress_seed(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Hopping, ExecutorContract, Hopping);
INSTANTIATE_TYPED_TEST_SUITE_P(Hopping, DelayedExecutorContract, Hopping);
INSTANTIATE_TYPED_TEST_SUITE_P(Hopping, DroppingExecutorContract, Hopping);

/// Runs in submit().
struct Inline {
    static constexpr std::size_t threads = 0;
    template <typename F>
    void submit(F&& task) {
        ctx::bind(std::forward<F>(task))();
    }
    template <typename F>
    void submit_bare(F&& task) {
        std::forward<F>(task)();
    }
    void wait() {}
};
INSTANTIATE_TYPED_TEST_SUITE_P(Inline, ExecutorContract, Inline);

}  // namespace
