// What the process is told by its environment at start: each test has a process of its own.

#include <ctx/context/diagnostics.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace ctx {
namespace {

void print(const Diagnostic& what) noexcept {
    std::fprintf(stderr, "%s %.*s: %.*s\n", what.severity == Severity::warning ? "warning" : "?",
                 static_cast<int>(what.component.size()), what.component.data(),
                 static_cast<int>(what.message.size()), what.message.data());
}

/// Installs the handler late, and twice.
[[noreturn]] void listen() {
    set_diagnostics_handler(nullptr);
    set_diagnostics_handler(&print);
    set_diagnostics_handler(&print);
    std::fputs("that was all", stderr);
    std::_Exit(0);
}

class Environment : public testing::Test {
protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
    void TearDown() override {
        unsetenv("CTX_LOST_CONTEXT");
        unsetenv("CTX_CENSUS");
    }
};

TEST_F(Environment, unknown_values_are_told_once) {
    setenv("CTX_LOST_CONTEXT", "bogus", 1);
    setenv("CTX_CENSUS", "Stacks", 1);
    EXPECT_EXIT(listen(), testing::ExitedWithCode(0),
                "^warning context: CTX_[A-Z_]* is unknown, [a-z]* is used\n"
                "warning context: CTX_[A-Z_]* is unknown, [a-z]* is used\n"
                "that was all$");
    unsetenv("CTX_CENSUS");
    EXPECT_EXIT(listen(), testing::ExitedWithCode(0),
                "^warning context: CTX_LOST_CONTEXT is unknown, count is used\nthat was all$");
    unsetenv("CTX_LOST_CONTEXT");
    setenv("CTX_CENSUS", "1", 1);
    EXPECT_EXIT(listen(), testing::ExitedWithCode(0),
                "^warning context: CTX_CENSUS is unknown, off is used\nthat was all$");
}

TEST_F(Environment, known_values_are_not_worth_a_word) {
    for (const char* lost : {"", "count", "places", "stacks"}) {
        for (const char* census : {"", "off", "ages", "stacks"}) {
            setenv("CTX_LOST_CONTEXT", lost, 1);
            setenv("CTX_CENSUS", census, 1);
            EXPECT_EXIT(listen(), testing::ExitedWithCode(0), "^that was all$")
                << lost << ", " << census;
        }
    }
}

}  // namespace
}  // namespace ctx
