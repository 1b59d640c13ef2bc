// Coroutines whose exceptions come out of resume(), and results that cannot be moved.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using ctx::Scope;

class ThrowingResume : public ctx::test::ExecutorsTest {};

std::string_view request_here() {
    return ctx::current().baggage().find("request").value_or("none");
}

std::coroutine_handle<> parked;

struct Park {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { parked = coroutine; }
    void await_resume() const noexcept {}
};

// As std::generator and many types that begin at once.
struct Foreign {
    struct promise_type {
        Foreign get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const { throw; }
    };
};

struct Own {
    struct promise_type : ctx::ContextPromise {
        Own get_return_object() const noexcept { return {}; }
        auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_always{}); }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() { rethrow_to_resumer(); }
    };
};

Foreign foreign() {
    co_await ctx::await(Park{});
    EXPECT_EQ(request_here(), "1");
    throw std::runtime_error("no money");
}

Own own() {
    const Scope inner{ctx::test::request(3)};
    co_await Park{};
    EXPECT_EQ(request_here(), "3");
    throw std::runtime_error("no money");
}

/// Begins in one request and is resumed, to its exception, in another. @return the request that is
/// current when it has begun, when the exception has come out, and at the end.
template <typename Coroutine>
std::vector<std::string> requests_seen(Coroutine coroutine) {
    std::vector<std::string> seen;
    const auto first = ctx::test::request(1);
    const auto second = ctx::test::request(2);
    {
        const Scope scope{first};
        coroutine();
        seen.emplace_back(request_here());
    }
    {
        const Scope scope{second};
        try {
            parked.resume();
        } catch (const std::runtime_error&) {
            seen.emplace_back(request_here());
        }
    }
    parked.destroy();
    seen.emplace_back(request_here());
    return seen;
}

TEST_F(ThrowingResume, gives_the_resumer_its_context_back_after_await) {
    EXPECT_THAT(requests_seen(foreign), testing::ElementsAre("1", "2", "none"));
}

TEST_F(ThrowingResume, gives_the_resumer_its_context_back_from_a_type_of_ones_own) {
    EXPECT_THAT(requests_seen(own), testing::ElementsAre("1", "2", "none"));
}

#ifndef __SANITIZE_THREAD__  // whose std::call_once stays closed behind an exception
/// Can be moved so often.
struct Fragile {
    int moves = 0;
    explicit Fragile(int left) noexcept : moves(left) {}
    Fragile(Fragile&& other) : moves(other.moves - 1) {
        if (moves < 0) throw std::runtime_error("moved too often");
    }
};

ctx::task<Fragile> fragile(int moves) {
    co_return Fragile{moves};
}

TEST_F(ThrowingResume, a_result_that_cannot_be_moved_fails_the_future) {
    int arrived = 0;
    for (int moves = 0; moves < 10; ++moves) {
        try {
            static_cast<void>(ctx::sync_wait(fragile(moves)));
            ++arrived;
        } catch (const std::runtime_error&) {
            EXPECT_EQ(arrived, 0);
        }
    }
    EXPECT_GT(arrived, 0);
    EXPECT_LT(arrived, 10);
}
#endif

}  // namespace
