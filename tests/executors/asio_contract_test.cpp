// The contract of adapters, for the executors of Boost.Asio.

#include "executors/asio_support.hpp"
#include "executors/contract_support.hpp"
#include <ctx/executors/asio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace {

namespace net = ctx::asio::net;
using namespace ctx::testing;  // NOLINT: as users do
using ctx::error_code;

/// An io_context that runs in wait(). Its end destroys what did not run.
struct OnIoContext {
    void submit_bare(auto&& task) { net::post(*io, std::forward<decltype(task)>(task)); }
    void wait() {
        io->restart();
        io->run();
    }
    void drop_unrun() { io.emplace(); }

    /// A timer that lives as long as its handler.
    template <typename Executor>
    static auto timer(const Executor& executor, std::chrono::milliseconds delay) {
        return std::make_shared<net::steady_timer>(executor, delay);
    }

    std::optional<net::io_context> io{std::in_place};
};

struct Io : OnIoContext {
    void submit(auto&& task) {
        net::post(ctx::asio::wrap(*io), std::forward<decltype(task)>(task));
    }
    void submit_unrun(auto&& task) { submit(std::forward<decltype(task)>(task)); }
    template <typename F>
    void submit_after(std::chrono::milliseconds delay, F task) {
        auto later = timer(ctx::asio::wrap(*io), delay);
        later->async_wait([later, task = std::move(task)](error_code) { task(); });
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Io, ExecutorContract, Io);
INSTANTIATE_TYPED_TEST_SUITE_P(Io, DelayedExecutorContract, Io);
INSTANTIATE_TYPED_TEST_SUITE_P(Io, DroppingExecutorContract, Io);

struct IoExecute : OnIoContext {
    void submit(auto&& task) { ctx::asio::wrap(*io).execute(std::forward<decltype(task)>(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(IoExecute, ExecutorContract, IoExecute);

/// Runs at once where the thread is one of the io_context's: a task that a task submits does.
struct IoDispatch : OnIoContext {
    void submit(auto&& task) {
        net::dispatch(ctx::asio::wrap(*io), std::forward<decltype(task)>(task));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(IoDispatch, ExecutorContract, IoDispatch);

struct IoStrand : OnIoContext {
    void submit(auto&& task) {
        net::defer(ctx::asio::wrap(strand), std::forward<decltype(task)>(task));
    }
    net::strand<net::io_context::executor_type> strand{io->get_executor()};
};
INSTANTIATE_TYPED_TEST_SUITE_P(IoStrand, ExecutorContract, IoStrand);

struct AnyIoExecutor : OnIoContext {
    void submit(auto&& task) {
        const net::any_io_executor any{io->get_executor()};
        net::post(ctx::asio::wrap(any), std::forward<decltype(task)>(task));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(AnyIoExecutor, ExecutorContract, AnyIoExecutor);

/// The wrapper itself inside an any_io_executor.
struct ErasedWrapper : OnIoContext {
    void submit(auto&& task) {
        const net::any_io_executor any{ctx::asio::wrap(*io)};
        net::post(any, std::forward<decltype(task)>(task));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(ErasedWrapper, ExecutorContract, ErasedWrapper);

struct OnThreadPool {
    static constexpr std::size_t threads = 2;
    static constexpr const char* must_not_throw = "an exception in a thread_pool ends the process";
    void submit_bare(auto&& task) { net::post(pool, std::forward<decltype(task)>(task)); }
    void wait() {}
    net::thread_pool pool{threads};
};

struct ThreadPool : OnThreadPool {
    void submit(auto&& task) {
        net::post(ctx::asio::wrap(pool), std::forward<decltype(task)>(task));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(ThreadPool, ExecutorContract, ThreadPool);

struct ThreadPoolStrand : OnThreadPool {
    void submit(auto&& task) {
        net::post(ctx::asio::wrap(strand), std::forward<decltype(task)>(task));
    }
    net::strand<net::thread_pool::executor_type> strand{pool.get_executor()};
};
INSTANTIATE_TYPED_TEST_SUITE_P(ThreadPoolStrand, ExecutorContract, ThreadPoolStrand);

/// Plain callbacks on an executor without a context.
struct Propagate : OnIoContext {
    void submit(auto&& task) {
        net::post(*io, ctx::asio::propagate(std::forward<decltype(task)>(task)));
    }
    void submit_unrun(auto&& task) { submit(std::forward<decltype(task)>(task)); }
    template <typename F>
    void submit_after(std::chrono::milliseconds delay, F task) {
        auto later = timer(io->get_executor(), delay);
        later->async_wait(
            ctx::asio::propagate([later, task = std::move(task)](error_code) { task(); }));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(Propagate, ExecutorContract, Propagate);
INSTANTIATE_TYPED_TEST_SUITE_P(Propagate, DelayedExecutorContract, Propagate);
INSTANTIATE_TYPED_TEST_SUITE_P(Propagate, DroppingExecutorContract, Propagate);

template <typename F>
net::awaitable<void> run_in_coroutine(F task) {
    co_await net::post(net::use_awaitable);
    task();
}

struct CoSpawn : OnIoContext {
    template <typename F>
    void submit(F task) {
        net::co_spawn(ctx::asio::wrap(*io), run_in_coroutine(std::move(task)), net::detached);
    }
    void submit_unrun(auto&& task) { submit(std::forward<decltype(task)>(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CoSpawn, ExecutorContract, CoSpawn);
INSTANTIATE_TYPED_TEST_SUITE_P(CoSpawn, DroppingExecutorContract, CoSpawn);

}  // namespace
