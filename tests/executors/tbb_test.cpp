#include "executors/support.hpp"
#include <ctx/executors/executor.hpp>
#include <ctx/executors/tbb.hpp>

#include <gtest/gtest.h>
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_invoke.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;
using Range = ::tbb::blocked_range<int>;

// More threads than the machine may have: bodies must meet strangers.
class Tbb : public test::ExecutorsTest {
private:
    ::tbb::global_control threads_{::tbb::global_control::max_allowed_parallelism, 4};
};

TEST_F(Tbb, loops_run_with_the_context_of_the_caller) {
    const Context one = request(1);
    const Scope scope{one};
    std::atomic<int> right{0};
    tbb::parallel_for(Range{0, 1000}, [&](const Range& chunk) {
        if (here() == one.node()) right += static_cast<int>(chunk.size());
    });
    EXPECT_EQ(right, 1000);
    tbb::parallel_for(0, 1000, [&](int) { right += here() == one.node() ? 1 : 0; });
    EXPECT_EQ(right, 2000);
    tbb::parallel_for(
        0, 1000, [&](int) { right += here() == one.node() ? 1 : 0; }, ::tbb::simple_partitioner{});
    EXPECT_EQ(right, 3000);
    tbb::parallel_for(5, 5, [&](int) { ++right; });
    EXPECT_EQ(right, 3000);
    EXPECT_EQ(here(), one.node());
}

// Two threads are in the loop at once, so that one of them is not the caller's.
TEST_F(Tbb, loops_leave_the_threads_of_the_arena_without_a_context) {
    const Context one = request(1);
    ::tbb::task_arena arena{2};
    const auto on_both = [&arena](const auto& body) {
        std::latch both{2};
        arena.execute([&] { body([&both] { both.arrive_and_wait(); }); });
    };
    {
        const Scope scope{one};
        std::atomic<int> right{0};
        on_both([&](const auto& meet) {
            tbb::parallel_for(
                0, 2,
                [&](int) {
                    right += here() == one.node() ? 1 : 0;
                    meet();
                },
                ::tbb::static_partitioner{});
        });
        EXPECT_EQ(right, 2);
    }
    std::atomic<int> without{0};
    on_both([&](const auto& meet) {
        ::tbb::parallel_for(
            0, 2,
            [&](int) {
                without += here() == nullptr ? 1 : 0;
                meet();
            },
            ::tbb::static_partitioner{});
    });
    EXPECT_EQ(without, 2);
}

TEST_F(Tbb, reductions_run_with_the_context_of_the_caller) {
    const Context one = request(1);
    const Scope scope{one};
    std::atomic<int> strangers{0};
    const int sum = tbb::parallel_reduce(
        Range{0, 1000}, 0,
        [&](const Range& chunk, int so_far) {
            strangers += here() == one.node() ? 0 : 1;
            for (int i = chunk.begin(); i != chunk.end(); ++i)
                so_far += i;
            return so_far;
        },
        [&](int a, int b) {
            strangers += here() == one.node() ? 0 : 1;
            return a + b;
        });
    EXPECT_EQ(sum, 499'500);
    EXPECT_EQ(strangers, 0);
}

// A reduction runs on whichever thread ends last: tried until that was not the caller's.
TEST_F(Tbb, reductions_have_the_context_on_other_threads_too) {
    const Context one = request(1);
    const Scope scope{one};
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<int> elsewhere{0};
    std::atomic<int> strangers{0};
    while (elsewhere == 0) {
        std::latch both{2};
        (void)tbb::parallel_reduce(
            Range{0, 2}, 0,
            [&](const Range&, int so_far) {
                both.arrive_and_wait();
                if (std::this_thread::get_id() != caller) std::this_thread::yield();
                return so_far;
            },
            [&](int a, int) {
                elsewhere += std::this_thread::get_id() == caller ? 0 : 1;
                strangers += here() == one.node() ? 0 : 1;
                return a;
            },
            ::tbb::static_partitioner{});
    }
    EXPECT_EQ(strangers, 0);
}

TEST_F(Tbb, other_algorithms_borrow) {
    const Context one = request(1);
    const Scope scope{one};
    std::atomic<int> right{0};
    const auto look = [&] { right += here() == one.node() ? 1 : 0; };
    ::tbb::parallel_invoke(tbb::borrow(look), tbb::borrow(look), tbb::borrow(look));
    EXPECT_EQ(right, 3);
}

TEST_F(Tbb, exceptions_come_out_and_restore_the_thread) {
    const Context one = request(1);
    const Scope scope{one};
    EXPECT_THROW(tbb::parallel_for(0, 100,
                                   [](int i) {
                                       if (i == 57) throw std::runtime_error{"from inside"};
                                   }),
                 std::runtime_error);
    EXPECT_EQ(here(), one.node());
}

TEST_F(Tbb, bodies_that_leave_a_scope_open_are_cleaned_up_after) {
    const test::CountMisuseOnly quiet;
    const Context one = request(1);
    const Scope scope{one};
    const std::int64_t live = live_contexts();
    std::array<std::optional<Scope>, 8> forgotten;
    tbb::parallel_for(0, 8,
                      [&](int i) { forgotten[static_cast<std::size_t>(i)].emplace(request(2)); });
    EXPECT_EQ(here(), one.node());
    EXPECT_EQ(live_contexts(), live);
}

// Requests in threads of their own share the arena; inner loops make a thread that waits run the
// tasks of others. With all places taken execute() hands its function over to another thread.
TEST_F(Tbb, nested_loops_of_many_requests_never_mix) {
    constexpr int requests = 3;
    constexpr int outer = 3;
    constexpr int inner = 2000;
    ::tbb::task_arena arena{4};
    const auto executor = wrap(arena);
    std::latch begin{requests};
    std::atomic<int> right{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < requests; ++i) {
        threads.emplace_back([&, i] {
            const Context mine = request(static_cast<std::uint64_t>(i));
            const Scope scope{mine};
            const auto look = [&] {
                ++(here() == mine.node() ? right : wrong);
                std::this_thread::yield();  // lets others in
            };
            begin.arrive_and_wait();
            executor.execute([&] {
                tbb::parallel_for(0, outer, [&](int) {
                    look();
                    tbb::parallel_for(
                        0, inner, [&](int) { look(); }, ::tbb::simple_partitioner{});
                    look();
                });
            });
            EXPECT_EQ(here(), mine.node());
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(right, requests * outer * (inner + 2));
}

TEST_F(Tbb, tasks_of_a_group_run_bound_and_let_go) {
    const std::int64_t live = live_contexts();
    ::tbb::task_group group;
    std::atomic<int> right{0};
    for (std::uint64_t i = 0; i < 100; ++i) {
        const Scope scope{request(i)};
        group.run(bind([&right, i] {
            right += current().baggage().find("request") == std::to_string(i) ? 1 : 0;
        }));
    }
    group.wait();
    EXPECT_EQ(right, 100);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Tbb, exceptions_of_a_group_come_out_of_its_wait) {
    ::tbb::task_group group;
    const Context one = request(1);
    const Scope scope{one};
    group.run(bind([] { throw std::runtime_error{"from inside"}; }));
    EXPECT_THROW(group.wait(), std::runtime_error);
    EXPECT_EQ(here(), one.node());
}

TEST_F(Tbb, a_cancelled_group_lets_go_of_contexts) {
    const std::int64_t live = live_contexts();
    ::tbb::task_group group;
    group.cancel();
    for (std::uint64_t i = 0; i < 10; ++i)
        group.run(bind(request(i), [] { FAIL(); }));
    EXPECT_EQ(group.wait(), ::tbb::canceled);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Tbb, an_arena_is_a_pool) {
    const std::int64_t live = live_contexts();
    ::tbb::task_arena arena{2, 0};
    const auto executor = wrap(arena);
    std::promise<const detail::Node*> seen;
    const detail::Node* wanted = nullptr;
    {
        const Scope scope{request(1)};
        wanted = here();
        executor.enqueue([&seen] { seen.set_value(here()); });
        EXPECT_EQ(executor.execute([] { return here(); }), wanted);
    }
    EXPECT_EQ(seen.get_future().get(), wanted);
    while (live_contexts() != live)  // until the arena has destroyed the task
        std::this_thread::yield();
}

TEST_F(Tbb, messages_of_a_flow_graph_carry_the_context) {
    constexpr std::uint64_t messages = 200;
    namespace flow = ::tbb::flow;
    const std::int64_t live = live_contexts();
    std::atomic<int> right{0};
    {
        flow::graph graph;
        const auto look = [&right](std::uint64_t n) {
            right += current().baggage().find("request") == std::to_string(n) ? 1 : 0;
        };
        flow::function_node<Carried<std::uint64_t>, Carried<std::string>> stage{
            graph, flow::unlimited, carry([&look](std::uint64_t n) {
                look(n);
                return std::to_string(n);
            })};
        flow::queue_node<Carried<std::string>> queue{graph};
        flow::function_node<Carried<std::string>> sink{graph, 1,
                                                       [&look](const Carried<std::string>& item) {
                                                           const Scope scope = item.scope();
                                                           look(std::stoull(*item));
                                                           return flow::continue_msg{};
                                                       }};
        flow::make_edge(stage, queue);
        flow::make_edge(queue, sink);
        for (std::uint64_t i = 0; i < messages; ++i) {
            const Scope scope{request(i)};
            stage.try_put(Carried{i});
        }
        graph.wait_for_all();
    }
    EXPECT_EQ(right, static_cast<int>(2 * messages));
    EXPECT_EQ(live_contexts(), live);
}

static_assert(std::is_trivially_copyable_v<tbb::Borrowed<int (*)()>>);

}  // namespace
}  // namespace ctx
