#include <ctx/context.hpp>

#include <gtest/gtest.h>

#include <csetjmp>
#include <cstddef>
#include <new>
#include <string>
#include <thread>

namespace ctx {
namespace {

Context request() {
    return Context{}.with_span({TraceId{1, 2}, SpanId{3}, {}, {}, false});
}

std::uint64_t left_open() {
    for (const StatSample& sample : stats()) {
        if (sample.name == "ctx_scope_left_open_total") return sample.value;
    }
    ADD_FAILURE() << "no counter";
    return 0;
}

std::string reports;  // written by the thread that ends, read after it was joined

class ScopeAtThreadEnd : public testing::Test {
protected:
    void SetUp() override {
        set_scope_misuse_policy(ScopeMisusePolicy::report);
        reports.clear();
        set_diagnostics_handler(
            [](const Diagnostic& d) noexcept { reports.append(d.message).append("\n"); });
    }
    void TearDown() override {
        set_diagnostics_handler(nullptr);
        EXPECT_EQ(live_contexts(), live_before_) << "what the thread had must be released";
    }

    // What a program that leaks it does, in memory that the leak checker need not know of.
    void leak(Context context) {
        ::new (storage_) Scope{std::move(context)};
        line_ = __LINE__ - 1;
    }

    std::uint64_t left_open_before_ = left_open();
    int line_ = 0;

private:
    alignas(Scope) std::byte storage_[sizeof(Scope)];
    std::int64_t live_before_ = live_contexts();
};

TEST_F(ScopeAtThreadEnd, a_leaked_scope_is_reported_with_its_place) {
    std::thread{[this] { leak(request()); }}.join();
    EXPECT_EQ(left_open(), left_open_before_ + 1);
    EXPECT_NE(reports.find("a thread ended while the Scope opened at "), std::string::npos)
        << reports;
    EXPECT_NE(reports.find("scope_thread_end_test.cpp:" + std::to_string(line_)), std::string::npos)
        << reports;
}

TEST_F(ScopeAtThreadEnd, an_empty_one_too) {
    std::thread{[this] { leak(Context{}); }}.join();
    EXPECT_EQ(left_open(), left_open_before_ + 1);
}

TEST_F(ScopeAtThreadEnd, a_thread_that_ends_its_scopes_is_not) {
    std::thread{[] {
        const Scope outer{request()};
        const Scope inner{request()};
    }}.join();
    EXPECT_EQ(left_open(), left_open_before_);
    EXPECT_EQ(reports, "");
}

// Left by a jump over it: what was there is overwritten, so its place is not read.
TEST_F(ScopeAtThreadEnd, one_on_the_abandoned_part_of_the_stack_is_reported_without_its_place) {
    std::thread{[] {
        std::jmp_buf start;
        if (setjmp(start) == 0) {
            // No destructor is jumped over, and AddressSanitizer leaves it on the stack.
            ::new (__builtin_alloca(sizeof(Scope))) Scope{request()};
            std::longjmp(start, 1);
        }
    }}.join();
    EXPECT_EQ(left_open(), left_open_before_ + 1);
    EXPECT_NE(reports.find("a thread ended while a Scope was still open"), std::string::npos)
        << reports;
}

// Scopes of thread-local destructors come and go before the thread is looked at.
TEST_F(ScopeAtThreadEnd, thread_local_destructors_may_use_scopes) {
    struct Last {
        ~Last() {
            const Scope scope{request()};
            EXPECT_TRUE(current());
        }
    };
    std::thread{[] {
        thread_local Last last;
        static_cast<void>(&last);
        const Scope scope{request()};
    }}.join();
    EXPECT_EQ(left_open(), left_open_before_);
}

TEST_F(ScopeAtThreadEnd, many_threads_each_report_their_own) {
    for (int i = 0; i < 20; ++i)
        std::thread{[this] { leak(request()); }}.join();
    EXPECT_EQ(left_open(), left_open_before_ + 20);
}

}  // namespace
}  // namespace ctx
