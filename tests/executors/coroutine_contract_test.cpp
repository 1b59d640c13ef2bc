// The contract of coroutines that keep their context.

#include "executors/lazy.hpp"
#include "executors/support.hpp"
#include <ctx/executors/coroutine.hpp>
#include <ctx/testing/coroutine_contract.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace {

using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Lazy;
using ctx::test::Never;
using ctx::test::SmallPool;

struct OnPool {
    auto hop() { return ctx::resume_on(pool); }
    Never never() const noexcept { return {}; }
    void submit_bare(auto function) { pool.post(std::move(function)); }
    SmallPool pool{2};
};

Lazy<ctx::ContextPromise> hold(ctx::task<> held) {
    co_await std::move(held);
}

struct Tasks : OnPool {
    using task = ctx::task<>;
    void run(task coroutine) { ctx::sync_wait(std::move(coroutine)); }
    Lazy<ctx::ContextPromise> start(task coroutine) {
        Lazy<ctx::ContextPromise> holder = hold(std::move(coroutine));
        holder.start();
        return holder;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Tasks, CoroutineContract, Tasks);
INSTANTIATE_TYPED_TEST_SUITE_P(Tasks, SuspendedCoroutineContract, Tasks);

struct OwnType : OnPool {
    using task = Lazy<ctx::ContextPromise>;
    void run(task coroutine) { std::move(coroutine).run(); }
    task start(task coroutine) {
        coroutine.start();
        return coroutine;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(OwnType, CoroutineContract, OwnType);
INSTANTIATE_TYPED_TEST_SUITE_P(OwnType, SuspendedCoroutineContract, OwnType);

/// A type that knows nothing of contexts, with ctx::await() around its awaits.
struct Awaiting : OnPool {
    static constexpr const char* no_scope_over_await =
        "until the first ctx::await() it runs in its caller's context";
    using task = Lazy<>;
    auto hop() { return ctx::await(ctx::resume_on(pool)); }
    void run(task coroutine) { std::move(coroutine).run(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Awaiting, CoroutineContract, Awaiting);

}  // namespace
