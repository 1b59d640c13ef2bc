// A stop that is requested somewhere ends the operation that a task awaits.

#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio/use_task.hpp>
#include <ctx/executors/coroutine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#if CTX_ASIO_HAS_CANCELLATION  // the cancellation of single operations

namespace ctx {
namespace {

using asio::use_task;
using test::here;
using test::request;
namespace net = asio::net;

class AsioUseTaskCancel : public test::ExecutorsTest {
protected:
    template <typename T>
    std::future<T> begin(task<T> lazy) {
        const Scope scope{context_};
        return start(std::move(lazy));
    }

    net::io_context io_;
    std::stop_source stop_;
    const Context context_ = with_stop_token(request(1), stop_.get_token());
};

// "cancelled" if the operation ended as if it were, in the right context.
template <typename Operation>
task<std::string> outcome(Operation lazy, Context own) {
    std::string said = "completed";
    try {
        co_await std::move(lazy);
    } catch (const system_error& error) {
        said = error.code() == net::error::operation_aborted ? "cancelled" : error.what();
    }
    co_return here() == own.node() ? said : "in another context";
}

constexpr auto never = net::steady_timer::time_point::max();

TEST_F(AsioUseTaskCancel, a_stop_requested_on_another_thread_ends_a_wait) {
    net::steady_timer timer{io_, never};
    auto said = begin(outcome(timer.async_wait(use_task), context_));
    std::thread{[this] { stop_.request_stop(); }}.join();
    EXPECT_EQ(said.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    io_.run();
    EXPECT_EQ(said.get(), "cancelled");
}

TEST_F(AsioUseTaskCancel, a_stop_requested_before_ends_it_too) {
    stop_.request_stop();
    net::steady_timer timer{io_, never};
    auto said = begin(outcome(timer.async_wait(use_task), context_));
    io_.run();
    EXPECT_EQ(said.get(), "cancelled");
}

TEST_F(AsioUseTaskCancel, a_stop_that_nobody_requests_changes_nothing) {
    net::steady_timer timer{io_, std::chrono::nanoseconds{1}};
    auto said = begin(outcome(timer.async_wait(use_task), context_));
    io_.run();
    EXPECT_EQ(said.get(), "completed");
    stop_.request_stop();
}

task<int> read_for_ever(net::io_context& io) {
    const auto strand = net::make_strand(io);
    net::ip::tcp::acceptor acceptor{io, {net::ip::address_v4::loopback(), 0}};
    net::ip::tcp::socket client{strand};
    client.connect(acceptor.local_endpoint());
    net::ip::tcp::socket server = acceptor.accept();
    net::write(server, net::buffer("half", 4));
    std::array<char, 8> got{};
    const auto [error, count] =
        co_await net::async_read(client, net::buffer(got), test::as_tuple(use_task));
    EXPECT_EQ(error, net::error::operation_aborted);
    co_return static_cast<int>(count);
}

TEST_F(AsioUseTaskCancel, ends_an_operation_of_several_steps) {
    auto count = begin(read_for_ever(io_));
    std::thread other{[this] { io_.run(); }};
    std::thread{[this] { stop_.request_stop(); }}.join();
    other.join();
    EXPECT_LE(count.get(), 4);
}

// An operation that its test completes, and that tells when it is cancelled.
struct Manual {
    std::function<void()> complete;
    std::function<void(net::cancellation_type)> cancelled = [](net::cancellation_type) {};

    template <typename Executor, typename Token>
    auto start(Executor executor, Token token) {
        return net::async_initiate<Token, void()>(Initiate<Executor>{this, executor}, token);
    }

    template <typename Executor>
    struct Initiate {
        Manual* manual;
        Executor executor;
        using executor_type = Executor;
        executor_type get_executor() const noexcept { return executor; }

        template <typename Handler>
        void operator()(Handler handler) const {
            auto slot = net::get_associated_cancellation_slot(handler);
            if (slot.is_connected()) {
                slot.assign([to = manual](net::cancellation_type type) { to->cancelled(type); });
            }
            auto kept = std::make_shared<Handler>(std::move(handler));
            manual->complete = [kept] { std::move (*kept)(); };
        }
    };
};

TEST_F(AsioUseTaskCancel, the_cancellation_is_terminal_and_comes_on_the_executor_of_the_operation) {
    const auto strand = net::make_strand(io_);
    Manual manual;
    int right = 0;
    manual.cancelled = [&](net::cancellation_type type) {
        right += strand.running_in_this_thread() && type == net::cancellation_type::terminal;
    };
    auto said = begin(outcome(manual.start(strand, use_task), context_));
    stop_.request_stop();
    EXPECT_EQ(right, 0);
    io_.run();
    EXPECT_EQ(right, 1);
    manual.complete();
    EXPECT_EQ(said.get(), "completed");
}

TEST_F(AsioUseTaskCancel,
       the_task_waits_for_a_cancellation_on_its_way_which_does_nothing_any_more) {
    Manual manual;
    int cancelled = 0;
    manual.cancelled = [&](net::cancellation_type) { ++cancelled; };
    auto said = begin(outcome(manual.start(io_.get_executor(), use_task), context_));
    stop_.request_stop();
    manual.complete();
    EXPECT_EQ(said.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    io_.run();
    EXPECT_EQ(said.get(), "completed");
    EXPECT_EQ(cancelled, 0);
}

TEST_F(AsioUseTaskCancel, the_operation_may_complete_within_its_cancellation) {
    Manual manual;
    manual.cancelled = [&](net::cancellation_type) { manual.complete(); };
    auto said = begin(outcome(manual.start(io_.get_executor(), use_task), context_));
    stop_.request_stop();
    io_.run();
    EXPECT_EQ(said.get(), "completed");
}

TEST_F(AsioUseTaskCancel, a_cancellation_that_is_dropped_lets_the_task_go_on) {
    std::future<std::string> said;
    Manual manual;
    {
        net::io_context io;
        said = begin(outcome(manual.start(io.get_executor(), use_task), context_));
        stop_.request_stop();
        manual.complete();
    }
    EXPECT_EQ(said.get(), "completed");
}

// Completes on another thread, before it is begun.
template <typename Executor>
struct CompleteElsewhere {
    Executor executor;
    using executor_type = Executor;
    executor_type get_executor() const noexcept { return executor; }
    template <typename Handler>
    void operator()(Handler handler) const {
        std::thread{std::move(handler)}.join();
    }
};

task<bool> completed_elsewhere(net::io_context& io, const Context& own) {
    using Io = net::io_context::executor_type;
    co_await net::async_initiate<const asio::use_task_t, void()>(
        CompleteElsewhere<Io>{io.get_executor()}, use_task);
    co_return io.get_executor().running_in_this_thread() && here() == own.node();
}

TEST_F(AsioUseTaskCancel, goes_on_on_the_executor_when_it_completed_while_it_was_begun) {
    auto right = begin(completed_elsewhere(io_, context_));
    EXPECT_EQ(right.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    io_.run();
    EXPECT_TRUE(right.get());
}

TEST_F(AsioUseTaskCancel, needs_an_executor_which_can_be_bound) {
    bool can_be_cancelled = false;
    const auto initiate = [&](auto handler) {
        can_be_cancelled = net::get_associated_cancellation_slot(handler).is_connected();
        std::move(handler)();
    };
    auto without = net::async_initiate<const asio::use_task_t, void()>(initiate, use_task);
    begin(outcome(std::move(without), context_)).get();
    EXPECT_FALSE(can_be_cancelled);

    auto bound = net::bind_executor(io_, use_task);
    auto with = net::async_initiate<decltype(bound), void()>(initiate, bound);
    begin(outcome(std::move(with), context_)).get();
    EXPECT_TRUE(can_be_cancelled);
}

TEST_F(AsioUseTaskCancel, a_slot_that_is_bound_takes_the_place_of_the_stop_token) {
    net::cancellation_signal signal;
    net::steady_timer timer{io_, never};
    auto said = begin(
        outcome(timer.async_wait(net::bind_cancellation_slot(signal.slot(), use_task)), context_));
    stop_.request_stop();
    io_.poll();
    EXPECT_EQ(said.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    signal.emit(net::cancellation_type::terminal);
    io_.restart();
    io_.run();
    EXPECT_EQ(said.get(), "cancelled");
}

TEST_F(AsioUseTaskCancel, one_timer_stops_what_is_not_done_when_the_deadline_is_over) {
    const Context limited = with_deadline(context_, std::chrono::steady_clock::now());
    net::steady_timer deadline{io_, *limited.get(deadline_key)};
    deadline.async_wait([this](error_code error) {
        if (!error) stop_.request_stop();
    });
    net::steady_timer timer{io_, never};
    std::future<std::string> said;
    {
        const Scope scope{limited};
        said = start(outcome(timer.async_wait(use_task), limited));
    }
    io_.run();
    EXPECT_EQ(said.get(), "cancelled");
}

// Waits in turns, each until it is cancelled or over.
task<int> waits(const net::strand<net::thread_pool::executor_type> strand, const Context& own) {
    int wrong = 0;
    for (int i = 0; i < 20; ++i) {
        net::steady_timer timer{strand, std::chrono::microseconds{i % 3}};
        static_cast<void>(co_await timer.async_wait(test::as_tuple(use_task)));
        wrong += here() == own.node() && strand.running_in_this_thread() ? 0 : 1;
    }
    co_return wrong;
}

TEST_F(AsioUseTaskCancel, stops_may_meet_completions) {
    net::thread_pool pool{2};
    for (int i = 0; i < 50; ++i) {
        std::stop_source stop;
        const Context own = with_stop_token(request(2), stop.get_token());
        std::future<int> wrong;
        {
            const Scope scope{own};
            wrong = start(waits(net::make_strand(pool), own));
        }
        for (int turn = 0; turn < i; ++turn)
            std::this_thread::yield();
        stop.request_stop();
        EXPECT_EQ(wrong.get(), 0);
    }
    pool.join();
}

}  // namespace
}  // namespace ctx

#endif
