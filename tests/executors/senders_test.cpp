#include "executors/sender_algorithms.hpp"
#include "executors/sender_harness.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors.hpp>
#ifdef CTX_TEST_STAND_IN_FOR_STDEXEC
#include <ctx/executors/senders/stdexec.hpp>
#endif

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#ifndef CTX_TEST_STAND_IN_FOR_STDEXEC  // there its header has said it
template <>
inline constexpr bool ctx::is_forwarding_query<ctx::test::harness::forwarding_query_t> = true;
#endif

namespace {

using namespace ctx::test::harness;
using ctx::carry;
using ctx::Carrying;
using ctx::carrying;
using ctx::Context;
using ctx::ContextView;
using ctx::get_context;
using ctx::Scope;
using ctx::with_context;
using ctx::test::here;
using ctx::test::request;
using Node = const ctx::detail::Node*;

class Senders : public ctx::test::ExecutorsTest {};

auto look(Node& seen) {
    return then([&seen] { seen = here(); });
}

// A context that is only the address of its node can be compared with, also when it is gone.
constexpr Node nobody = nullptr;
const Node unseen = reinterpret_cast<Node>(1);

// ---- What is current where ----------------------------------------------------------------------

TEST_F(Senders, of_a_carrying_scheduler_complete_with_the_context_they_were_started_with) {
    Threads threads{2};
    const auto pool = carrying(threads.get_scheduler());
    Node first = unseen;
    Node second = unseen;
    {
        const Context own = request(1);
        const Scope scope{own};
        EXPECT_EQ(sync_wait(schedule(pool) | look(first) | look(second)), Completion::value);
        EXPECT_EQ(first, own.node());
        EXPECT_EQ(second, own.node());
        EXPECT_EQ(here(), own.node());
    }
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, of_a_bare_scheduler_complete_without_a_context) {
    Threads threads{1};
    Node seen = unseen;
    {
        const Scope scope{request(1)};
        sync_wait(schedule(threads.get_scheduler()) | look(seen));
    }
    EXPECT_EQ(seen, nobody);
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, keep_the_context_over_every_hop) {
    Threads one{1};
    Threads other{2};
    const auto first = carrying(one.get_scheduler());
    const auto second = carrying(other.get_scheduler());
    std::vector<Node> seen(4, unseen);
    {
        const Context own = request(1);
        const Scope scope{own};
        sync_wait(schedule(first) | look(seen[0]) | let([&] {
                      return schedule(second) | look(seen[1]) |
                             let([&] { return schedule(first) | look(seen[2]); });
                  }) |
                  look(seen[3]));
        EXPECT_EQ(seen, std::vector<Node>(4, own.node()));
    }
    EXPECT_EQ(one.finish() + other.finish(), 0);
}

TEST_F(Senders, carry_works_from_where_it_stands_on) {
    Threads threads{1};
    Node before = unseen;
    Node behind = unseen;
    const Context own = request(1);
    {
        const Scope scope{own};
        sync_wait(schedule(threads.get_scheduler()) | look(before) | carry() | look(behind));
    }
    EXPECT_EQ(before, nobody);
    EXPECT_EQ(behind, own.node());
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, with_context_belongs_to_what_is_upstream) {
    Threads threads{2};
    const auto pool = carrying(threads.get_scheduler());
    const Context own = request(1);
    const Context other = request(2);
    Node upstream = unseen;
    Node downstream = unseen;
    {
        const Scope scope{own};
        sync_wait(schedule(pool) | look(upstream) | with_context(other) | look(downstream));
    }
    EXPECT_EQ(upstream, other.node());
    EXPECT_EQ(downstream, own.node());
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, with_context_holds_for_what_completes_at_once) {
    const Context own = request(1);
    const Context other = request(2);
    Node upstream = unseen;
    Node downstream = unseen;
    const Scope scope{own};
    sync_wait(with_context(just() | look(upstream), other) | look(downstream));
    EXPECT_EQ(upstream, other.node());
    EXPECT_EQ(downstream, own.node());
    EXPECT_EQ(here(), own.node());
}

TEST_F(Senders, the_innermost_with_context_counts) {
    Threads threads{1};
    const auto pool = carrying(threads.get_scheduler());
    const Context outer = request(1);
    const Context inner = request(2);
    std::vector<Node> seen(3, unseen);
    sync_wait(schedule(pool) | look(seen[0]) | with_context(inner) | look(seen[1]) |
              with_context(outer) | look(seen[2]));
    EXPECT_EQ(seen, (std::vector<Node>{inner.node(), outer.node(), nobody}));
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, an_empty_context_is_taken_as_it_is) {
    Threads threads{1};
    Node seen = unseen;
    {
        const Scope scope{request(1)};
        sync_wait(schedule(carrying(threads.get_scheduler())) | look(seen) |
                  with_context(Context{}));
    }
    EXPECT_EQ(seen, nobody);
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, the_context_is_captured_when_an_operation_is_started) {
    Queue queue;
    const Context at_connect = request(1);
    const Context at_start = request(2);
    Report report;
    const auto from = carry(schedule(queue.get_scheduler()));
    auto operation = [&] {
        const Scope scope{at_connect};
        return connect(from, Reporter<Report>{&report});
    }();
    {
        const Scope scope{at_start};
        start(operation);
    }
    queue.run_one();
    EXPECT_EQ(report.seen, at_start.node());
}

TEST_F(Senders, the_environment_decides) {
    Threads threads{1};
    const Context own = request(1);
    const Context written = request(2);
    Node at_start = unseen;
    Node on_thread = unseen;
    {
        const Scope scope{own};
        sync_wait(just() | look(at_start) |
                  let([&] { return schedule(carrying(threads.get_scheduler())); }) | carry() |
                  look(on_thread) | write_env(get_context, written));
        EXPECT_EQ(here(), own.node());
    }
    EXPECT_EQ(at_start, written.node());
    EXPECT_EQ(on_thread, written.node());
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, get_context_is_what_the_environment_says_or_what_is_current) {
    const Context own = request(1);
    const Context other = request(2);
    Node answer = unseen;
    const auto asked =
        read_env(get_context) | then([&](ContextView view) { answer = view.node(); });
    const Scope scope{own};
    sync_wait(asked);
    EXPECT_EQ(answer, own.node());
    sync_wait(asked | with_context(other));
    EXPECT_EQ(answer, other.node());
    EXPECT_EQ(get_context(empty_env{}), ctx::current());
}

TEST_F(Senders, without_a_context_are_counted_unless_on_purpose) {
    const auto counted = [](auto from) {
        constexpr auto name = "ctx_senders_tasks_without_context_total";
        const std::uint64_t before = ctx::test::stat(name);
        sync_wait(from);
        return ctx::test::stat(name) - before;
    };
    Threads threads{1};
    const auto scheduled = schedule(carrying(threads.get_scheduler()));
    EXPECT_EQ(counted(scheduled), 1U);
    EXPECT_EQ(counted(scheduled | with_context(Context{})), 0U);
    const Scope scope{request(1)};
    EXPECT_EQ(counted(scheduled), 0U);
}

TEST_F(Senders, find_the_context_in_the_environment_where_none_is_current) {
    Threads threads{1};
    const Context own = request(1);
    const Context other = request(2);
    Node current_there = unseen;
    std::vector<Node> answers(2, unseen);
    const auto asks = [&](Node& answer) {
        return schedule(threads.get_scheduler()) | look(current_there) | let([&answer] {
                   return read_env(get_context) |
                          then([&answer](ContextView view) { answer = view.node(); });
               });
    };
    {
        const Scope scope{own};
        sync_wait(asks(answers[0]) | carry());
        sync_wait(asks(answers[1]) | with_context(other));
    }
    EXPECT_EQ(current_there, nobody);
    EXPECT_EQ(answers, (std::vector<Node>{own.node(), other.node()}));
    EXPECT_EQ(threads.finish(), 0);
}

// ---- Errors and stops ---------------------------------------------------------------------------

TEST_F(Senders, errors_and_stops_are_told_with_the_context_too) {
    const auto failure = std::make_exception_ptr(std::runtime_error{"on purpose"});
    Threads threads{2};
    const auto completes = [&](auto last, Completion expected) {
        const Context own = request(1);
        const Context other = request(2);
        Report report;
        auto operation = connect(schedule(threads.get_scheduler()) | let([last] { return last; }) |
                                     with_context(other) | carry(),
                                 Reporter<Report>{&report});
        {
            const Scope scope{own};
            start(operation);
            EXPECT_EQ(report.wait(), expected);
        }
        EXPECT_EQ(report.seen, own.node());
    };
    completes(just(), Completion::value);
    completes(just_error(failure), Completion::error);
    completes(just_stopped(), Completion::stopped);
    completes(just() | then([] { throw std::runtime_error{"on purpose"}; }), Completion::error);
    EXPECT_EQ(threads.finish(), 0);
}

TEST_F(Senders, values_pass_through_unchanged) {
    int result = 0;
    sync_wait(just(std::make_unique<int>(7)) | then([](std::unique_ptr<int> value) {
                  return std::pair{std::move(value), 1};
              }) |
              carry() | with_context(request(1)) |
              then([&](std::pair<std::unique_ptr<int>, int> both) { result = *both.first; }));
    EXPECT_EQ(result, 7);
}

// ---- Threads ------------------------------------------------------------------------------------

TEST_F(Senders, give_the_thread_its_own_context_back) {
    Queue queue;
    const Context own = request(1);
    const Context of_thread = request(2);
    Node seen = unseen;
    Report report;
    auto operation =
        connect(schedule(carrying(queue.get_scheduler())) | look(seen), Reporter<Report>{&report});
    {
        const Scope scope{own};
        start(operation);
    }
    const Scope scope{of_thread};
    queue.run_one();
    EXPECT_EQ(seen, own.node());
    EXPECT_EQ(here(), of_thread.node());
}

TEST_F(Senders, what_was_left_behind_is_dropped) {
    const ctx::test::CountMisuseOnly quiet;
    Queue queue;
    std::optional<Scope> forgotten;
    Report report;
    auto operation = connect(
        schedule(carrying(queue.get_scheduler())) | then([&] { forgotten.emplace(request(3)); }),
        Reporter<Report>{&report});
    start(operation);
    queue.run_one();
    EXPECT_EQ(here(), nobody);
    forgotten.reset();
}

// Every step looks whether it is still the same request; all requests share the threads.
TEST_F(Senders, requests_that_share_a_pool_never_mix) {
    Threads threads{3};
    const auto pool = carrying(threads.get_scheduler());
    constexpr int requests = 200;
    std::atomic<int> steps{0};
    std::atomic<int> wrong{0};
    std::latch ended{requests};
    for (int number = 0; number < requests; ++number) {
        const Context own = request(static_cast<std::uint64_t>(number));
        const Context child = own.with_span(ctx::child_of(own));
        const Scope scope{own};
        const auto is = [&steps, &wrong](const Context& expected) {
            return then([&steps, &wrong, node = expected.node()] {
                ++steps;
                wrong += here() != node ? 1 : 0;
            });
        };
        start_detached(
            when_all(schedule(pool) | is(own) | let([=] { return schedule(pool) | is(own); }),
                     schedule(pool) | is(child) | with_context(child) | is(own)) |
            let([=] { return schedule(pool) | is(own); }) | is(own) |
            then([&ended] { ended.count_down(); }));
    }
    ended.wait();
    EXPECT_EQ(threads.finish(), 0);
    EXPECT_EQ(steps, requests * 6);
    EXPECT_EQ(wrong, 0);
}

// ---- What an operation costs and keeps ----------------------------------------------------------

TEST_F(Senders, need_no_allocation_beside_the_operation) {
    Queue queue;
    const Context other = request(2);
    const Scope scope{request(1)};
    Node seen = unseen;
    Report report;
    const ctx::test::AllocationCounter counter;
    auto operation = connect(
        schedule(carrying(queue.get_scheduler())) | look(seen) | with_context(other) | carry(),
        Reporter<Report>{&report});
    start(operation);
    queue.run_one();
    EXPECT_EQ(counter.allocations(), 0U);
    EXPECT_EQ(report.completion, Completion::value);
}

template <typename MakeSender>
void expect_contexts_only_until_completion(MakeSender make_sender) {
    Queue queue;
    const std::int64_t live = ctx::live_contexts();
    Report report;
    std::int64_t at_completion = 0;
    auto operation = connect(
        make_sender(queue.get_scheduler()) | then([&] { at_completion = ctx::live_contexts(); }),
        Reporter<Report>{&report});
    {
        const Scope scope{request(1)};
        start(operation);
    }
    EXPECT_GT(ctx::live_contexts(), live) << "until it completes it keeps them";
    queue.run_one();
    EXPECT_GT(at_completion, live);
    EXPECT_EQ(ctx::live_contexts(), live) << "and the operation still exists";
}

TEST_F(Senders, an_operation_keeps_no_context_longer_than_to_its_completion) {
    expect_contexts_only_until_completion(
        [](auto scheduler) { return schedule(scheduler) | carry(); });
    expect_contexts_only_until_completion(
        [](auto scheduler) { return schedule(carrying(scheduler)); });
    expect_contexts_only_until_completion(
        [](auto scheduler) { return schedule(scheduler) | with_context(request(2)); });
}

TEST_F(Senders, an_operation_that_is_never_started_lets_go_of_its_context) {
    Report report;
    {
        const auto operation =
            connect(just() | with_context(request(2)) | carry(), Reporter<Report>{&report});
        EXPECT_EQ(report.completion, Completion::none);
    }
}

TEST_F(Senders, an_operation_may_be_destroyed_by_its_completion) {
    Queue queue;
    bool completed = false;
    {
        const Scope scope{request(1)};
        start_detached(schedule(carrying(queue.get_scheduler())) | then([&] { completed = true; }) |
                       with_context(request(2)));
        start_detached(just() | carry() | with_context(request(3)));
    }
    queue.run_one();
    EXPECT_TRUE(completed);
}

TEST_F(Senders, can_be_connected_again_and_again) {
    const Context other = request(2);
    Node seen = unseen;
    const auto from = just() | look(seen) | with_context(other);
    for (int i = 0; i < 3; ++i) {
        seen = unseen;
        sync_wait(from);
        EXPECT_EQ(seen, other.node());
    }
}

// ---- The protocol -------------------------------------------------------------------------------

template <typename S>
using Plain = std::remove_cvref_t<S>;
template <typename S, typename Env = empty_env>
using SignaturesOf = decltype(Plain<S>::template get_completion_signatures<S, Env>());

using Scheduled = decltype(schedule(carrying(std::declval<Queue::Scheduler>())));
using Just = decltype(just(1) | carry());
using Read = decltype(read_env(get_context) | with_context(Context{}));

static_assert(sender<Scheduled> && sender<Just> && sender<Read>);
static_assert(std::is_same_v<SignaturesOf<Scheduled>, completion_signatures<set_value_t()>>);
static_assert(std::is_same_v<SignaturesOf<Just>, completion_signatures<set_value_t(int)>>);
static_assert(std::is_same_v<SignaturesOf<Read>, completion_signatures<set_value_t(ContextView)>>);
static_assert(std::is_same_v<decltype(std::declval<Just>().get_completion_signatures(empty_env{})),
                             completion_signatures<set_value_t(int)>>);
static_assert(std::is_same_v<decltype(Just::get_completion_signatures<Just>()),
                             completion_signatures<set_value_t(int)>>);
static_assert(forwarding_query(get_context));
static_assert(std::is_nothrow_move_constructible_v<Scheduled>);
static_assert(noexcept(get_context(empty_env{})));
static_assert(!std::is_move_constructible_v<Operation<Just, Reporter<Report>>>);

TEST_F(Senders, a_carrying_scheduler_is_the_scheduler_of_what_it_schedules) {
    Queue queue;
    Queue other;
    const auto carried = carrying(queue.get_scheduler());
    using Scheduler = Queue::Scheduler;
    static_assert(std::is_same_v<decltype(carried)::scheduler_concept, scheduler_t>);
    const auto answer = get_env(schedule(carried)).query(get_completion_scheduler_t<set_value_t>{});
    static_assert(std::is_same_v<decltype(answer), const Carrying<Scheduler>>);
    EXPECT_EQ(answer, carried);
    EXPECT_FALSE(carried == carrying(other.get_scheduler()));
    static_assert(std::is_same_v<decltype(carrying(carried)), Carrying<Scheduler>>);
    EXPECT_EQ(carrying(carried), carried);
    EXPECT_EQ(carried.inner(), queue.get_scheduler());
}

struct Question : forwarding_query_t {
    template <typename Env>
    int operator()(const Env& env) const noexcept {
        return env.query(*this);
    }
};

TEST_F(Senders, hand_other_queries_on) {
    int answer = 0;
    sync_wait(read_env(Question{}) | then([&](int value) { answer = value; }) | carry() |
              with_context(request(1)) | write_env(Question{}, 42));
    EXPECT_EQ(answer, 42);
}

}  // namespace
