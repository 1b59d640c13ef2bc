// Continuations of boost::future.

#include "executors/support.hpp"
#include <ctx/executors/future.hpp>

#include <boost/thread/executors/inline_executor.hpp>
#include <boost/thread/future.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class BoostFutures : public test::ExecutorsTest {};

TEST_F(BoostFutures, continuations_run_with_the_context_of_whoever_chained_them) {
    const Context one = request(1);
    const Context two = request(2);
    boost::inline_executor completer;
    boost::promise<int> promise;
    const detail::Node* seen = nullptr;
    boost::future<int> result;
    {
        const Scope scope{one};
        result = promise.get_future().then(completer, bind_once([&seen](boost::future<int> value) {
                                               seen = here();
                                               return value.get() + 1;
                                           }));
    }
    std::thread worker{[&] {
        const Scope scope{two};
        promise.set_value(41);  // runs the continuation here
        EXPECT_EQ(here(), two.node());
    }};
    worker.join();
    EXPECT_EQ(result.get(), 42);
    EXPECT_EQ(seen, one.node());
}

TEST_F(BoostFutures, continuations_let_go_with_the_call_though_their_future_lives) {
    const std::int64_t live = live_contexts();
    boost::inline_executor completer;
    boost::promise<int> promise;
    boost::future<void> result = promise.get_future().then(
        completer, bind_once(request(1), [](boost::future<int> value) { value.get(); }));
    EXPECT_EQ(live_contexts(), live + 1);
    promise.set_value(1);
    EXPECT_EQ(live_contexts(), live);
    result.get();
}

TEST_F(BoostFutures, exceptions_reach_the_next_future) {
    const Context two = request(2);
    boost::inline_executor completer;
    boost::promise<int> promise;
    boost::future<int> result =
        promise.get_future().then(completer, bind_once(request(1), [](boost::future<int>) -> int {
                                      throw std::runtime_error{"from inside"};
                                  }));
    const Scope scope{two};
    promise.set_value(1);
    EXPECT_EQ(here(), two.node());
    EXPECT_THROW(result.get(), std::runtime_error);
}

}  // namespace
}  // namespace ctx
