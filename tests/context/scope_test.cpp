#include <ctx/context/boundary.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/stats.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <type_traits>

namespace {

using ctx::Context;
using ctx::Scope;

static_assert(noexcept(ctx::current()));
static_assert(std::is_nothrow_constructible_v<Scope, Context>);
static_assert(!std::is_copy_constructible_v<Scope> && !std::is_move_constructible_v<Scope>);
static_assert(std::is_nothrow_constructible_v<ctx::Boundary, Context>);

Context context_of(std::uint64_t span_id) {
    return Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{span_id}, {}, {}, false});
}

std::uint64_t stat(std::string_view name) {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == name) return sample.value;
    }
    ADD_FAILURE() << "no stat " << name;
    return 0;
}

std::unique_ptr<Scope> open(Context context, const char* file = __builtin_FILE(),
                            int line = __builtin_LINE()) {
    return std::unique_ptr<Scope>(new Scope(std::move(context), file, line));
}

std::string reports;  // written by the handler, read by the test, on one thread at a time

class ScopeTest : public testing::Test {
protected:
    void SetUp() override {
        ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::report);
        reports.clear();
        ctx::set_diagnostics_handler(
            [](const ctx::Diagnostic& d) noexcept { reports.append(d.message).append("\n"); });
    }
    void TearDown() override {
        ctx::set_diagnostics_handler(nullptr);
        EXPECT_FALSE(ctx::current()) << "a test must leave its thread as it was";
        EXPECT_EQ(ctx::live_contexts(), live_before_);
    }

    std::uint64_t misused_before_ = stat("ctx_scope_misuse_total");

private:
    std::int64_t live_before_ = ctx::live_contexts();
};

TEST_F(ScopeTest, every_thread_starts_empty) {
    EXPECT_FALSE(ctx::current());
    const Scope scope{context_of(1)};
    std::thread{[] { EXPECT_FALSE(ctx::current()); }}.join();
}

TEST_F(ScopeTest, scopes_nest_and_restore) {
    const Context outer = context_of(1);
    const Context inner = context_of(2);
    {
        const Scope a{outer};
        EXPECT_EQ(ctx::current(), outer);
        {
            const Scope b{inner};
            EXPECT_EQ(ctx::current(), inner);
            const Scope c{Context{}};
            EXPECT_FALSE(ctx::current()) << "the empty context is a value like others";
        }
        EXPECT_EQ(ctx::current(), outer);
    }
    EXPECT_FALSE(ctx::current());
    EXPECT_EQ(stat("ctx_scope_misuse_total"), misused_before_);
}

TEST_F(ScopeTest, an_exception_restores) {
    try {
        const Scope scope{context_of(1)};
        throw 1;
    } catch (int) {
    }
    EXPECT_FALSE(ctx::current());
}

TEST_F(ScopeTest, the_current_context_outlives_its_other_holders) {
    Context request = context_of(1);
    const Scope scope{std::move(request)};
    request = Context{};
    EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{1});
}

TEST_F(ScopeTest, ending_out_of_order_is_reported_with_both_places_and_repaired) {
    auto outer = open(context_of(1));
    const int outer_line = __LINE__ - 1;
    auto inner = open(context_of(2));
    const int inner_line = __LINE__ - 1;
    outer.reset();
    EXPECT_EQ(stat("ctx_scope_misuse_total"), misused_before_ + 1);
    EXPECT_NE(reports.find("scope_test.cpp:" + std::to_string(outer_line)), std::string::npos)
        << reports;
    EXPECT_NE(reports.find("scope_test.cpp:" + std::to_string(inner_line)), std::string::npos)
        << reports;
    EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{2}) << "the inner one is still in force";
    inner.reset();
    EXPECT_FALSE(ctx::current()) << "and restores what the outer one replaced";
}

TEST_F(ScopeTest, three_scopes_ended_in_the_wrong_order_still_restore) {
    auto a = open(context_of(1));
    auto b = open(context_of(2));
    auto c = open(context_of(3));
    b.reset();
    a.reset();
    EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{3});
    c.reset();
    EXPECT_FALSE(ctx::current());
    EXPECT_EQ(stat("ctx_scope_misuse_total"), misused_before_ + 2);
}

TEST_F(ScopeTest, debug_policy_names_both_places_and_aborts) {
    const auto misuse = [] {
        ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::abort);
        auto outer = open(context_of(1));
        auto inner = open(context_of(2));
        outer.reset();
        inner.reset();
    };
    EXPECT_DEATH(misuse(),
                 "Scope opened at .*scope_test.cpp:[0-9]+ ended before the Scope opened "
                 "inside it at .*scope_test.cpp:[0-9]+");
}

TEST_F(ScopeTest, debug_policy_names_the_scope_that_a_task_left_open) {
    const auto misuse = [] {
        ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::abort);
        const ctx::Boundary boundary{context_of(2)};
        open(context_of(3)).release();  // NOLINT(bugprone-unused-return-value): leaked on purpose
    };
    EXPECT_DEATH(misuse(), "Scope opened at .*scope_test.cpp:[0-9]+ was still open");
}

TEST_F(ScopeTest, a_boundary_runs_a_task_in_its_context_and_puts_the_thread_back) {
    const auto left_open = stat("ctx_scope_left_open_total");
    const Scope scope{context_of(1)};
    {
        const ctx::Boundary boundary{context_of(2)};
        EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{2});
        const Scope inside{context_of(3)};
        EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{3});
    }
    EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{1});
    EXPECT_EQ(stat("ctx_scope_left_open_total"), left_open) << "the Scope around is not the task's";
}

// The last three of this file: after them the process does not follow chains of scopes any more.
TEST_F(ScopeTest, a_scope_that_a_task_leaves_open_is_dropped_and_told) {
    const auto before = stat("ctx_scope_left_open_total");
    std::unique_ptr<Scope> forgotten;
    {
        const ctx::Boundary boundary{context_of(2)};
        forgotten = open(context_of(3));
    }
    EXPECT_FALSE(ctx::current());
    EXPECT_EQ(stat("ctx_scope_left_open_total"), before + 1);
    EXPECT_NE(reports.find("still open"), std::string::npos) << reports;
}

TEST_F(ScopeTest, ending_on_another_thread_is_reported_and_harms_nobody) {
    std::unique_ptr<Scope> foreign;
    std::thread{[&] {
        const ctx::Boundary boundary{Context{}};  // cleans up what the misuse leaves here
        foreign = open(context_of(1));
        std::thread{[&] {
            const Scope mine{context_of(5)};
            foreign.reset();
            EXPECT_EQ(ctx::current().span_id(), ctx::SpanId{5}) << "not touched";
        }}.join();
    }}.join();
    EXPECT_EQ(stat("ctx_scope_misuse_total"), misused_before_ + 1);
    EXPECT_NE(reports.find("another thread"), std::string::npos) << reports;
}

TEST_F(ScopeTest, what_ended_on_another_thread_is_not_read_by_the_scopes_around_it) {
    alignas(Scope) static unsigned char memory[sizeof(Scope)];
    std::thread{[] {
        const ctx::Boundary boundary{Context{}};  // cleans up what the misuse leaves here
        auto around = open(context_of(1));
        auto* inside = new (memory) Scope{context_of(2)};
        std::thread{[inside] {
            inside->~Scope();
            std::memset(memory, 0x5a, sizeof memory);  // the memory is somebody else's now
        }}.join();
        around.reset();
    }}.join();
    EXPECT_EQ(stat("ctx_scope_misuse_total"), misused_before_ + 2);
}

}  // namespace
