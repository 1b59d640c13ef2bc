// What the hot path promises: no allocation, no exception; and what happens when memory runs out.

#include <ctx/context.hpp>

#include <gtest/gtest.h>
#include <support/counting_allocator.hpp>

#include <chrono>
#include <latch>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Context;
using ctx::test::AllocationCounter;

static_assert(noexcept(ctx::current()));
static_assert(noexcept(ctx::current().trace_id()) && noexcept(ctx::current().baggage()));
static_assert(noexcept(Context{ctx::ContextView{}}));
static_assert(noexcept(ctx::new_span_id()) && noexcept(ctx::child_of(ctx::current())));
static_assert(!noexcept(Context{}.with_baggage({})), "it allocates");

const ctx::Key<std::string> note_key{"note"};

Context request() {
    return Context{}
        .with_span({ctx::TraceId{1, 2}, ctx::SpanId{3}, ctx::TraceFlags{1},
                    ctx::TraceState::parse("a=1"), false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"))
        .with(note_key, "a text that is too long for the small string optimisation");
}

TEST(Cost, of_a_governed_set_is_the_baggage_and_the_node) {
    static_cast<void>(ctx::published_fields());  // the empty set is made once
    const auto allocations = [] {
        const Context base = request();
        const AllocationCounter counter;
        const Context set = ctx::set_baggage(base, "tier", "gold");
        EXPECT_EQ(set.baggage().find("tier"), "gold");
        return counter.allocations();
    };
    EXPECT_EQ(allocations(), 2U);
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tier"}.max_bytes(9)}));
    EXPECT_EQ(allocations(), 2U);
    ctx::publish_fields({});
}

TEST(Cost, reading_and_switching_allocate_nothing) {
    Context mine = request();
    static_cast<void>(ctx::new_trace_id());  // the thread's stream is seeded once
    const AllocationCounter counter;
    {
        const ctx::Scope scope{mine};
        const ctx::ContextView view = ctx::current();
        EXPECT_EQ(view.trace_id().low(), 2U);
        EXPECT_EQ(view.baggage().find("tenant"), "acme");
        EXPECT_NE(view.get(note_key), nullptr);
        const Context kept{view};
        const ctx::Boundary boundary{std::move(mine)};
        const ctx::SpanContext child = ctx::child_of(ctx::current());
        EXPECT_TRUE(child.span_id.is_valid());
    }
    EXPECT_EQ(counter.allocations(), 0U);
}

TEST(Cost, deriving_allocates_once) {
    const Context parent = request();
    const ctx::SpanContext span = ctx::child_of(parent);
    const AllocationCounter counter;
    const Context child = parent.with_span(span);
    EXPECT_EQ(counter.allocations(), 1U);
}

TEST(Cost, a_new_thread_reads_without_allocating) {
    std::size_t allocations = 1;
    std::thread{[&] {
        const AllocationCounter counter;
        const ctx::Scope scope{Context{}};
        if (!ctx::current()) allocations = counter.allocations();
    }}.join();
    EXPECT_EQ(allocations, 0U);
}

// Every allocation of every deriving function fails once: nothing leaks, nothing is half done.
TEST(Cost, running_out_of_memory_leaves_everything_as_it_was) {
    const Context a = request();
    const Context b = Context{}
                          .with_span({ctx::TraceId{1, 2}, ctx::SpanId{4}, {}, {}, false})
                          .with_baggage(ctx::Baggage{}.set("tier", "gold"));
    const auto live = ctx::live_contexts();
    int failures = 0;
    for (std::size_t survivors = 0; survivors < 64; ++survivors) {
        const std::string long_note(100, 'x');
        try {
            const ctx::test::AllocationFailure fail{survivors};
            const Context derived =
                join(a.with(note_key, long_note).with_baggage(ctx::Baggage{}.set("k", "v")), b);
            static_cast<void>(ctx::TraceState::parse("foo=1").set("bar", "2"));
        } catch (const std::bad_alloc&) {
            ++failures;
        }
        EXPECT_EQ(ctx::live_contexts(), live) << "after " << survivors;
    }
    EXPECT_GT(failures, 8) << "each step was tried";
    EXPECT_LT(failures, 64) << "and in the end all of it succeeded";
    EXPECT_EQ(a.baggage().find("tenant"), "acme");
}

class Nothing : public ctx::Flushable {
public:
    Nothing() { register_flushable(*this); }
    ~Nothing() override { unregister_flushable(*this); }
    bool flush(Deadline) noexcept override { return true; }
    bool shutdown(Deadline) noexcept override { return true; }
};

TEST(Cost, a_flush_without_memory_does_not_block_those_after_it) {
    const Nothing layer;
    {
        const ctx::test::AllocationFailure fail{0};
        EXPECT_THROW(static_cast<void>(ctx::flush(std::chrono::seconds{1})), std::bad_alloc);
    }
    EXPECT_TRUE(ctx::flush(std::chrono::milliseconds{1}));
}

// A thread counts its first context in a place of its own, which has to be allocated.
TEST(Cost, threads_without_memory_for_their_count_are_counted_all_the_same) {
    constexpr int threads = 8;
    const auto live = ctx::live_contexts();
    std::latch everybody_is_here{threads};
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
        workers.emplace_back([&everybody_is_here, mine = Context{}.with_baggage({})]() mutable {
            {
                const ctx::test::AllocationFailure fail{0};
                mine = Context{};
            }
            everybody_is_here.arrive_and_wait();  // nobody inherits the place of a finished thread
        });
    }
    workers.clear();
    EXPECT_EQ(ctx::live_contexts(), live);
}

}  // namespace
