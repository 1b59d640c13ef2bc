// Operations other than plain ones, begun with the tokens that Asio has: where their handlers and
// their steps find which context.

#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio/propagate.hpp>
#include <ctx/executors/asio/use_task.hpp>
#include <ctx/executors/asio/wrap.hpp>
#include <ctx/executors/coroutine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <stdexcept>
#include <utility>

namespace ctx {
namespace {

using asio::propagate;
using asio::wrap;
using test::here;
using test::request;
namespace net = asio::net;

class AsioOperations : public test::ExecutorsTest {
protected:
    // A handler that counts itself when it runs with `expected`.
    auto look(const Context& expected) {
        return [this, node = expected.node()](auto...) { right_ += here() == node ? 1 : 0; };
    }

    net::io_context io_;
    const Context one_ = request(1);
    const Context two_ = request(2);
    std::atomic<int> right_{0};
};

TEST_F(AsioOperations, a_type_erased_executor_brings_the_context_to_each_way_of_submitting) {
    const net::any_io_executor erased = wrap(io_, one_);
    net::post(erased, look(one_));
    net::dispatch(erased, look(one_));
    net::defer(erased, look(one_));
    net::post(net::prefer(erased, net::execution::outstanding_work.tracked), look(one_));
    net::post(net::require(erased, net::execution::blocking.never), look(one_));
    net::post(net::any_io_executor{wrap(erased, two_)}, look(two_));
    net::post(net::any_io_executor{wrap(net::make_strand(io_), two_)}, look(two_));
    net::post(io_, net::bind_executor(erased, look(one_)));
    io_.run();
    EXPECT_EQ(right_, 8);
}

TEST_F(AsioOperations, an_executor_that_blocks_runs_with_the_context_and_gives_it_back) {
    net::thread_pool pool{1};
    const auto always = net::require(wrap(pool, one_), net::execution::blocking.always);
    const Scope scope{two_};
    always.execute(look(one_));
    EXPECT_EQ(right_, 1);
    EXPECT_EQ(here(), two_.node());
}

TEST_F(AsioOperations, use_future_runs_its_function_with_the_context) {
    auto node = net::post(wrap(io_, one_), net::use_future([] { return here(); }));
    auto failure =
        net::post(wrap(io_, one_), net::use_future([] { throw std::runtime_error{"inside"}; }));
    io_.run();
    EXPECT_EQ(node.get(), one_.node());
    EXPECT_THROW(failure.get(), std::runtime_error);
}

// Waits twice, looking at the context at each of its steps but the first, which the caller runs.
template <typename Timer, typename Look>
struct TwoWaits {
    Timer& timer;
    Look look;
    int step = 0;

    template <typename Self>
    void operator()(Self& self, error_code error = {}) {
        if (step > 0) look();
        if (error || step == 2) return self.complete(error);
        ++step;
        timer.expires_after(std::chrono::nanoseconds{1});
        timer.async_wait(std::move(self));
    }
};

template <typename Timer, typename Look, typename Token>
auto wait_twice(Timer& timer, Look look, Token&& token) {
    return net::async_compose<Token, void(error_code)>(TwoWaits<Timer, Look>{timer, look}, token,
                                                       timer);
}

TEST_F(AsioOperations, the_steps_of_a_composed_operation_run_with_the_context_of_its_timer) {
    net::steady_timer timer{wrap(io_, one_)};
    const Scope scope{two_};
    wait_twice(timer, look(one_), look(one_));
    io_.run();
    EXPECT_EQ(right_, 3);
}

TEST_F(AsioOperations, the_steps_of_a_composed_operation_run_on_the_executor_of_its_handler) {
    net::steady_timer timer{io_};
    wait_twice(timer, look(one_), net::bind_executor(wrap(io_, one_), look(one_)));
    io_.run();
    EXPECT_EQ(right_, 3);
}

TEST_F(AsioOperations, propagate_brings_the_context_to_the_end_of_a_composed_operation) {
    net::steady_timer timer{io_};
    {
        const Scope scope{one_};
        wait_twice(timer, look(Context{}), propagate(look(one_)));
    }
    io_.run();
    EXPECT_EQ(right_, 3);
}

#if CTX_ASIO_HAS_CANCELLATION  // cancellation slots, groups, channels, deferred, bound tokens

TEST_F(AsioOperations, a_task_hands_its_context_to_the_steps_through_a_bound_executor) {
    net::steady_timer timer{io_};
    const auto work = [&]() -> task<void> {
        auto token = net::bind_executor(wrap(io_), asio::use_task);
        co_await wait_twice(timer, look(one_), std::move(token));
        look(one_)();
    };
    std::future<void> done;
    {
        const Scope scope{one_};
        done = start(work());
    }
    io_.run();
    done.get();
    EXPECT_EQ(right_, 3);
}

TEST_F(AsioOperations, a_bound_slot_cancels_through_the_wrapped_executor) {
    net::steady_timer timer{wrap(io_, one_), net::steady_timer::time_point::max()};
    net::cancellation_signal signal;
    error_code result;
    timer.async_wait(net::bind_cancellation_slot(signal.slot(), [&](error_code error) {
        result = error;
        look(one_)();
    }));
    signal.emit(net::cancellation_type::terminal);
    io_.run();
    EXPECT_EQ(result, net::error::operation_aborted);
    EXPECT_EQ(right_, 1);
}

TEST_F(AsioOperations, a_bound_slot_cancels_a_coroutine_on_the_wrapped_executor) {
    net::cancellation_signal signal;
    const auto wait = [&]() -> net::awaitable<void> {
        net::steady_timer never{co_await net::this_coro::executor,
                                net::steady_timer::time_point::max()};
        try {
            co_await never.async_wait(net::use_awaitable);
        } catch (const system_error&) {
            look(one_)();
            throw;
        }
    };
    std::exception_ptr failure;
    net::co_spawn(wrap(io_, one_), wait,
                  net::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown) {
                      failure = thrown;
                      look(one_)();
                  }));
    net::post(io_, [&] { signal.emit(net::cancellation_type::terminal); });
    io_.run();
    EXPECT_THROW(std::rethrow_exception(failure), system_error);
    EXPECT_EQ(right_, 2);
}

// The end of a parallel group belongs to whoever waits for it; it comes with its last operation.
TEST_F(AsioOperations, a_parallel_group_ends_with_the_context_of_whoever_waits_for_it) {
    net::steady_timer first{wrap(io_, two_), std::chrono::nanoseconds{1}};
    net::steady_timer second{wrap(io_, request(3)), net::steady_timer::time_point::max()};
    const auto race = [&] {
        return net::experimental::make_parallel_group(
            [&](auto token) { return first.async_wait(token); },
            [&](auto token) { return second.async_wait(token); });
    };
    const auto await_race = [&]() -> net::awaitable<void> {
        const auto [order, one, two] =
            co_await race().async_wait(net::experimental::wait_for_one(), net::use_awaitable);
        look(one_)();
        EXPECT_EQ(order[0], 0u);
        EXPECT_FALSE(one);
        EXPECT_EQ(two, net::error::operation_aborted);
    };
    const auto run = [&] {
        io_.restart();
        io_.run();
        first.expires_after(std::chrono::nanoseconds{1});
        second.expires_at(net::steady_timer::time_point::max());
    };
    net::co_spawn(wrap(io_, one_), await_race, net::detached);
    run();
    race().async_wait(net::experimental::wait_for_one(),
                      net::bind_executor(wrap(io_, one_), look(one_)));
    run();
    {
        const Scope scope{one_};
        race().async_wait(net::experimental::wait_for_one(), propagate(look(one_)));
    }
    run();
    EXPECT_EQ(right_, 3);
}

TEST_F(AsioOperations, deferred_operations_and_their_chains_have_the_context_of_the_executor) {
    net::steady_timer timer{wrap(io_, one_), std::chrono::nanoseconds{1}};
    auto twice = timer.async_wait(test::deferred([this, &timer](error_code) {
        look(one_)();
        return timer.async_wait(test::deferred);
    }));
    EXPECT_EQ(io_.poll(), 0u);
    std::move(twice)(look(one_));
    io_.restart();
    io_.run();
    EXPECT_EQ(right_, 2);
}

TEST_F(AsioOperations, a_concurrent_channel_keeps_the_contexts_of_both_sides_apart) {
    net::thread_pool pool{2};
    net::experimental::concurrent_channel<void(error_code, int)> channel{pool};
    int sum = 0;
    const auto send = [&]() -> net::awaitable<void> {
        for (int i = 1; i <= 100; ++i) {
            co_await channel.async_send(error_code{}, i, net::use_awaitable);
            look(one_)();
        }
    };
    const auto receive = [&]() -> task<void> {
        for (int i = 1; i <= 100; ++i) {
            sum += co_await channel.async_receive(asio::use_task);
            look(two_)();
        }
    };
    net::co_spawn(wrap(pool, one_), send, net::detached);
    std::future<void> received;
    {
        const Scope scope{two_};
        received = start(receive());
    }
    received.get();
    pool.join();
    EXPECT_EQ(sum, 5050);
    EXPECT_EQ(right_, 200);
}

#endif

}  // namespace
}  // namespace ctx
