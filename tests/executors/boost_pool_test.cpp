// Boost.Thread's pools through wrap().

#include "executors/support.hpp"
#include <ctx/executors/executor.hpp>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/executors/scheduled_thread_pool.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class BoostPools : public test::ExecutorsTest {};

TEST_F(BoostPools, run_with_the_context_of_each_submitter) {
    constexpr std::uint64_t tasks = 200;
    std::atomic<int> right{0};
    {
        boost::basic_thread_pool pool{2};
        const auto executor = wrap(pool);
        for (std::uint64_t i = 0; i < tasks; ++i) {
            const Context context = request(i);
            const Scope scope{context};
            executor.submit([&right, own = std::make_unique<std::uint64_t>(i)] {
                right += current().baggage().find("request") == std::to_string(*own) ? 1 : 0;
            });
        }
        pool.close();
        pool.join();
    }
    EXPECT_EQ(right, static_cast<int>(tasks));
}

TEST_F(BoostPools, leave_their_threads_without_a_context) {
    boost::basic_thread_pool pool{1};
    const auto executor = wrap(pool);
    std::promise<const detail::Node*> seen;
    {
        const Scope scope{request(1)};
        executor.submit([] {});
    }
    pool.submit([&seen] { seen.set_value(here()); });  // not through the wrapper
    EXPECT_EQ(seen.get_future().get(), nullptr);
    pool.close();
    pool.join();
}

TEST_F(BoostPools, run_later_with_the_context_of_the_submitter) {
    const Context one = request(1);
    std::promise<const detail::Node*> seen;
    boost::executors::scheduled_thread_pool pool{1};
    const auto executor = wrap(pool);
    {
        const Scope scope{one};
        executor.submit_after([&seen] { seen.set_value(here()); }, boost::chrono::milliseconds{1});
    }
    EXPECT_EQ(seen.get_future().get(), one.node());
}

}  // namespace
}  // namespace ctx
