// Tasks, and coroutines of other types, that await operations of Asio.

#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/asio/use_task.hpp>
#include <ctx/executors/asio/wrap.hpp>
#include <ctx/executors/coroutine.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

namespace ctx {
namespace {

using asio::use_task;
using test::here;
using test::request;
namespace net = asio::net;

class AsioUseTask : public test::ExecutorsTest {
protected:
    // Runs `lazy` on io_, with `context`.
    template <typename T>
    T run(const Context& context, task<T> lazy) {
        std::future<T> result = [&] {
            const Scope scope{context};
            return start(std::move(lazy));
        }();
        io_.run();
        EXPECT_EQ(here(), nullptr);
        return result.get();
    }

    net::io_context io_;
    const Context one_ = request(1);
    const Context two_ = request(2);
};

// Completes at once with `results`.
template <typename Signature, typename Token, typename... Results>
auto complete_with(Token token, Results... results) {
    return net::async_initiate<Token, Signature>(
        [](auto handler, auto... values) { std::move(handler)(std::move(values)...); }, token,
        std::move(results)...);
}

task<std::string> results_of_each_shape() {
    co_await complete_with<void()>(use_task);
    co_await complete_with<void(error_code)>(use_task, error_code{});
    co_await complete_with<void(std::exception_ptr)>(use_task, std::exception_ptr{});
    int sum = co_await complete_with<void(int)>(use_task, 1);
    sum += *co_await complete_with<void(error_code, std::unique_ptr<int>)>(
        use_task, error_code{}, std::make_unique<int>(2));
    const auto [four, text] = co_await complete_with<void(error_code, int, std::string)>(
        use_task, error_code{}, 4, std::string{"text"});
    const auto [first, second] = co_await complete_with<void(int, int)>(use_task, 8, 16);
    co_return std::to_string(sum + four + first + second) + text;
}

TEST_F(AsioUseTask, gives_nothing_one_value_or_a_tuple) {
    EXPECT_EQ(run(one_, results_of_each_shape()), "31text");
}

task<std::string> failures() {
    std::string said;
    try {
        co_await complete_with<void(error_code, int)>(
            use_task, error_code{net::error::connection_refused}, 1);
    } catch (const system_error& error) {
        said += error.code() == net::error::connection_refused ? "refused, " : "wrong, ";
    }
    try {
        co_await complete_with<void(std::exception_ptr)>(
            use_task, std::make_exception_ptr(std::runtime_error{"given"}));
    } catch (const std::runtime_error& error) {
        said += error.what();
    }
    co_return said;
}

TEST_F(AsioUseTask, throws_an_error_that_comes_first) {
    EXPECT_EQ(run(one_, failures()), "refused, given");
}

struct ThrowsWhenMoved {
    ThrowsWhenMoved() = default;
    ThrowsWhenMoved(ThrowsWhenMoved&&) { throw std::runtime_error{"moved"}; }
};

task<void> result_that_throws() {
    co_await net::async_initiate<const asio::use_task_t, void(ThrowsWhenMoved)>(
        [](auto handler) { std::move(handler)(ThrowsWhenMoved{}); }, use_task);
}

TEST_F(AsioUseTask, throws_what_taking_over_the_result_throws) {
    EXPECT_THROW(run(one_, result_that_throws()), std::runtime_error);
}

// Calls `begin` with the handler when it is awaited.
template <typename Signature, typename Begin>
auto operation(Begin begin) {
    return net::async_initiate<const asio::use_task_t, Signature>(std::move(begin), use_task);
}

task<void> await_later(bool& begun, const Context& inner) {
    auto lazy = operation<void()>([&](auto handler) {
        begun = here() == inner.node();
        std::move(handler)();
    });
    EXPECT_FALSE(begun);
    const Scope scope{inner};
    co_await std::move(lazy);
}

TEST_F(AsioUseTask, an_operation_begins_when_it_is_awaited_with_the_context_of_the_task) {
    bool begun = false;
    run(one_, await_later(begun, two_));
    EXPECT_TRUE(begun);
}

task<void> hop(net::thread_pool& pool, const Context& own) {
    const pid_t before = ::gettid();
    co_await net::post(pool, use_task);
    EXPECT_NE(::gettid(), before);
    EXPECT_EQ(here(), own.node());
    const Scope scope{request(3)};
    const detail::Node* const inner = here();
    co_await net::post(pool, use_task);
    EXPECT_EQ(here(), inner);
}

TEST_F(AsioUseTask, goes_on_on_the_completing_thread_with_its_own_context) {
    net::thread_pool pool{1};
    run(one_, hop(pool, one_));
    std::promise<const detail::Node*> left;
    net::post(pool, [&] { left.set_value(here()); });
    EXPECT_EQ(left.get_future().get(), nullptr);
}

task<void> await_callback(std::function<void()>& complete, const Context& own) {
    co_await operation<void()>([&](auto handler) {
        complete = [kept = std::make_shared<decltype(handler)>(std::move(handler))] {
            std::move (*kept)();
        };
    });
    EXPECT_EQ(here(), own.node());
}

TEST_F(AsioUseTask, the_completing_thread_has_its_own_context_back) {
    std::function<void()> complete;
    auto done = [&] {
        const Scope scope{one_};
        return start(await_callback(complete, one_));
    }();
    EXPECT_EQ(here(), nullptr);
    {
        const Scope scope{two_};
        complete();
        EXPECT_EQ(here(), two_.node());
    }
    done.get();
}

task<std::string> sockets(net::io_context& io, const Context& own) {
    net::ip::tcp::acceptor acceptor{io, {net::ip::address_v4::loopback(), 0}};
    net::ip::tcp::socket client{io};
    client.connect(acceptor.local_endpoint());
    net::ip::tcp::socket server = co_await acceptor.async_accept(use_task);
    const std::string text(100'000, 'x');
    const auto echo = [&]() -> task<void> {
        EXPECT_EQ(co_await net::async_write(server, net::buffer(text), use_task), text.size());
        EXPECT_EQ(here(), own.node());
    };
    const auto read = [&]() -> task<std::string> {
        std::string got(text.size(), ' ');
        co_await net::async_read(client, net::buffer(got), use_task);
        EXPECT_EQ(here(), own.node());
        co_return got;
    };
    const auto write = start(echo());
    co_return co_await read() == text ? "the same" : "another";
}

TEST_F(AsioUseTask, awaits_reads_and_writes) {
    EXPECT_EQ(run(one_, sockets(io_, one_)), "the same");
}

task<int> timer_on_a_strand(net::thread_pool& pool, const Context& own) {
    const auto strand = net::make_strand(pool);
    const auto is_right = [&] {
        return strand.running_in_this_thread() && here() == own.node() ? 1 : 0;
    };
    net::steady_timer timer{strand, std::chrono::nanoseconds{1}};
    co_await timer.async_wait(use_task);
    int right = is_right();
    net::steady_timer wrapped{asio::wrap(strand, request(5)), std::chrono::nanoseconds{1}};
    co_await wrapped.async_wait(use_task);
    right += is_right();  // its own context, not that of the executor
    co_return right;
}

TEST_F(AsioUseTask, goes_on_on_the_strand_of_the_timer) {
    net::thread_pool pool{2};
    EXPECT_EQ(run(one_, timer_on_a_strand(pool, one_)), 2);
    pool.join();
}

#if CTX_ASIO_HAS_CANCELLATION  // tokens around tokens: as_tuple, append, …
task<int> other_tokens(net::io_context& io, net::thread_pool& pool, const Context& own) {
    const auto strand = net::make_strand(pool);
    const auto is_right = [&](bool on_strand) {
        return strand.running_in_this_thread() == on_strand && here() == own.node() ? 1 : 0;
    };
    net::steady_timer timer{io, std::chrono::nanoseconds{1}};
    const auto [error] = co_await timer.async_wait(test::as_tuple(use_task));
    int right = is_right(false);
    co_await timer.async_wait(net::bind_executor(strand, use_task));
    right += is_right(true);
    const auto [same] =
        co_await timer.async_wait(net::bind_executor(strand, test::as_tuple(use_task)));
    right += is_right(true);
    co_await net::post(io, test::deferred)(use_task);
    right += is_right(false);
    co_return error || same ? 0 : right;
}

TEST_F(AsioUseTask, goes_into_other_tokens) {
    net::thread_pool pool{1};
    auto guard = net::make_work_guard(io_);
    std::thread runner{[this] { io_.run(); }};
    {
        const Scope scope{one_};
        EXPECT_EQ(start(other_tokens(io_, pool, one_)).get(), 4);
    }
    guard.reset();
    runner.join();
}
#endif

#if CTX_ASIO_VERSION >= 102600  // append
// As the header of use_task shows it.
template <typename Handler>
task<> complete(task<int> asked, Handler handler) {
    std::exception_ptr failure;
    int answer = 0;
    try {
        answer = co_await std::move(asked);
    } catch (...) {
        failure = std::current_exception();
    }
    net::dispatch(net::append(std::move(handler), failure, answer));
}
net::awaitable<int> await_task(task<int> asked) {
    return net::async_initiate<const net::use_awaitable_t<>, void(std::exception_ptr, int)>(
        [asked = std::move(asked)](auto handler) mutable {
            static_cast<void>(start(complete(std::move(asked), std::move(handler))));
        },
        net::use_awaitable);
}

task<int> answer(net::io_context& io, const Context& own, bool fails) {
    co_await net::post(io, use_task);
    EXPECT_EQ(here(), own.node());
    if (fails) throw std::runtime_error("no answer");
    co_return 41;
}
net::awaitable<int> session(task<int> asked) {
    co_return 1 + co_await await_task(std::move(asked));
}
task<int> there_and_back(net::io_context& io, const Context& own, bool fails) {
    co_return co_await net::co_spawn(asio::wrap(io), session(answer(io, own, fails)), use_task);
}

TEST_F(AsioUseTask, tasks_and_coroutines_of_asio_await_each_other) {
    EXPECT_EQ(run(one_, there_and_back(io_, one_, false)), 42);
    io_.restart();
    EXPECT_THROW(run(one_, there_and_back(io_, one_, true)), std::runtime_error);
}
#endif

// Knows nothing of contexts.
struct Eager {
    struct promise_type {
        Eager get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

Eager foreign(net::io_context& io, const Context& own, int& looks) {
    for (; looks < 3; ++looks) {
        co_await await(net::post(io, use_task));
        EXPECT_EQ(here(), own.node());
    }
}

TEST_F(AsioUseTask, is_awaited_in_foreign_coroutines_through_await) {
    int looks = 0;
    {
        const Scope scope{one_};
        foreign(io_, one_, looks);
    }
    io_.run();
    EXPECT_EQ(looks, 3);
    EXPECT_EQ(here(), nullptr);
}

// Of a type of its own that keeps its context.
struct Keeper {
    struct promise_type : ContextPromise {
        Keeper get_return_object() const noexcept { return {}; }
        auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_never{}); }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

Keeper keeper(net::io_context& io, const Context& own, int& looks) {
    for (; looks < 3; ++looks) {
        co_await net::post(io, use_task);
        EXPECT_EQ(here(), own.node());
    }
}

TEST_F(AsioUseTask, is_awaited_in_coroutines_with_a_context_promise) {
    int looks = 0;
    {
        const Scope scope{one_};
        keeper(io_, one_, looks);
    }
    io_.run();
    EXPECT_EQ(looks, 3);
}

task<int> many_at_once(net::io_context& io, int count) {
    co_await net::post(io, use_task);
    int done = 0;
    for (; done < count; ++done) {
        co_await net::dispatch(io, use_task);  // at once: it is on the io_context
    }
    co_return done;
}

TEST_F(AsioUseTask, operations_that_complete_at_once_do_not_deepen_the_stack) {
    EXPECT_EQ(run(one_, many_at_once(io_, 300'000)), 300'000);
}

task<int> back_and_forth(net::thread_pool& one, net::thread_pool& other, const Context& own) {
    int wrong = 0;
    for (int i = 0; i < 2'000; ++i) {
        // Often complete on the other thread before await_suspend() returns.
        co_await net::post(one, use_task);
        wrong += one.get_executor().running_in_this_thread() && here() == own.node() ? 0 : 1;
        co_await net::post(other, use_task);
        wrong += other.get_executor().running_in_this_thread() && here() == own.node() ? 0 : 1;
    }
    co_return wrong;
}

TEST_F(AsioUseTask, may_complete_on_another_thread_while_it_is_begun) {
    net::thread_pool one{1};
    net::thread_pool other{1};
    EXPECT_EQ(run(one_, back_and_forth(one, other, one_)), 0);
    one.join();  // its thread may still be in a post to the other
    other.join();
}

task<bool> failing_initiation(const Context& own) {
    try {
        co_await operation<void()>([](auto) { throw std::runtime_error{"not begun"}; });
    } catch (const std::runtime_error&) {
        co_return here() == own.node();
    }
    co_return false;
}

TEST_F(AsioUseTask, what_the_initiation_throws_comes_out_of_the_await) {
    EXPECT_TRUE(run(one_, failing_initiation(one_)));
}

task<std::string> wait_for_ever(net::io_context& io, const Context& own) {
    net::steady_timer never{io, net::steady_timer::time_point::max()};
    std::string said;
    try {
        co_await never.async_wait(use_task);
    } catch (const system_error& error) {
        said += error.code() == net::error::operation_aborted ? "aborted" : "wrong";
    }
    EXPECT_EQ(here(), own.node());
    co_return said;
}

TEST_F(AsioUseTask, goes_on_with_a_failure_when_the_operation_is_dropped) {
    std::future<std::string> said;
    {
        net::io_context io;
        const Scope scope{one_};
        said = start(wait_for_ever(io, one_));
        io.poll();
    }
    EXPECT_EQ(said.get(), "aborted");
}

#if CTX_ASIO_HAS_CANCELLATION  // tokens around tokens: as_tuple, append, …
task<void> wait_again_and_again(net::io_context& io) {
    net::steady_timer never{io, net::steady_timer::time_point::max()};
    for (;;) {
        static_cast<void>(co_await never.async_wait(test::as_tuple(use_task)));
    }
}

TEST_F(AsioUseTask, a_dropped_operation_throws_what_else_would_be_a_result) {
    std::future<void> done;
    {
        net::io_context io;
        done = start(wait_again_and_again(io));
        io.poll();
    }
    EXPECT_THROW(done.get(), system_error);
}
#endif

task<std::size_t> allocations(net::io_context& io) {
    net::steady_timer timer{io, std::chrono::nanoseconds{1}};
    for (int i = 0; i < 3; ++i) {  // Asio keeps the memory of an operation for the next one
        co_await net::post(io, use_task);
        co_await timer.async_wait(use_task);
    }
    const test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        co_await net::post(io, use_task);
        co_await timer.async_wait(use_task);
    }
    co_return counter.allocations();
}

TEST_F(AsioUseTask, allocates_nothing_beyond_what_asio_keeps) {
    EXPECT_EQ(run(one_, allocations(io_)), 0u);
}

}  // namespace
}  // namespace ctx
