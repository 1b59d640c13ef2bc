// ctx/testing/logger_contract.hpp: what an adapter of a logger must do, as tests of GoogleTest.
//
//     struct MyLoggerAdapter {
//         void log(std::string_view message) { logger.info("{}", message); }
//         void flush() { logger.wait_until_written(); }
//         std::vector<LoggedLine> lines() { return parse(file); }  // what came out, in any order
//         MyLogger logger{…};
//     };
//     using namespace ctx::testing;
//     INSTANTIATE_TYPED_TEST_SUITE_P(MyLogger, LoggerContract, MyLoggerAdapter);
//
// An adapter is made anew for each test, without arguments. Each failure says what is wrong and
// what to do. Of the members below the first three are necessary.
//
// | member                 | what it says |
// |------------------------|------------------------------------------------------------------------|
// | `log(message)`         | logs bytes as they are, at a level that comes out; from any thread |
// | `flush()`              | returns when all that was logged before has come out |
// | `lines()`              | each line that has come out so far, as a reader of the output splits it |
// | `hold()`, `release()`  | from now on nothing comes out; it goes on: for asynchronous loggers |
// | `fail_next()`          | the sink throws at its next record; for FailingLoggerContract |
// | `imitate(context)`     | static: text that looks as what the adapter adds to a message |
// | `writes_bytes_as_they_are` | why messages may break lines: "a pattern of text" |
//
// Threads   log() is called by several threads at once, the rest by one.
// Errors    What is wrong becomes failures of the test. A context that is held is waited for as long
//           as patience() says (event.hpp). log() may let out what the sink throws.
// Cost      For tests: less than a second per adapter.

#pragma once

#include <ctx/testing/detail/logger_checks.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <vector>

namespace ctx::testing {

namespace detail {

template <typename Adapter>
class LoggerFixture : public ::testing::Test {
    static_assert(
        requires(Adapter & adapter, std::vector<LoggedLine> lines) {
            adapter.log(std::string_view{});
            adapter.flush();
            lines = adapter.lines();
        },
        "the adapter needs log(std::string_view), flush() and lines()");

protected:
    void SetUp() override {
        policy_ = set_scope_misuse_policy(ScopeMisusePolicy::count);  // checked below, not fatal
        leaks_ = std::make_unique<LeakCheck>(__FILE__, __LINE__);
        logger_ = std::make_unique<AdaptedLogger<Adapter>>();
    }
    void TearDown() override {
        logger_.reset();
        leaks_.reset();
        set_scope_misuse_policy(policy_);
    }

    [[nodiscard]] LoggerHarness& logger() noexcept { return *logger_; }

private:
    ScopeMisusePolicy policy_ = ScopeMisusePolicy::report;
    std::unique_ptr<LeakCheck> leaks_;
    std::unique_ptr<LoggerHarness> logger_;
};

}  // namespace detail

/// What every adapter must do.
template <typename Adapter>
class LoggerContract : public detail::LoggerFixture<Adapter> {};
TYPED_TEST_SUITE_P(LoggerContract);

/// What one must do whose sink can be made to throw.
template <typename Adapter>
class FailingLoggerContract : public detail::LoggerFixture<Adapter> {
    static_assert(
        requires(Adapter & adapter) { adapter.fail_next(); }, "the adapter needs fail_next()");
};
TYPED_TEST_SUITE_P(FailingLoggerContract);

// Including this header is not using it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LoggerContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FailingLoggerContract);

TYPED_TEST_P(LoggerContract, lines_have_the_ids_of_their_request) {
    detail::check_ids(this->logger());
}
TYPED_TEST_P(LoggerContract, lines_without_a_request_have_no_ids) {
    detail::check_no_ids(this->logger());
}
TYPED_TEST_P(LoggerContract, lines_of_many_threads_never_mix) {
    detail::check_many_threads(this->logger());
}
TYPED_TEST_P(LoggerContract, lines_that_come_out_later_keep_their_ids) {
    detail::check_late_lines(this->logger());
}
TYPED_TEST_P(LoggerContract, messages_that_imitate_ids_are_data) {
    detail::check_imitations(this->logger());
}
TYPED_TEST_P(LoggerContract, a_record_is_one_line_whatever_its_bytes) {
    detail::check_hostile_bytes(this->logger());
}
TYPED_TEST_P(LoggerContract, contexts_are_released_behind_a_flush) {
    detail::check_contexts_released(this->logger());
}
REGISTER_TYPED_TEST_SUITE_P(LoggerContract,  //
                            lines_have_the_ids_of_their_request,
                            lines_without_a_request_have_no_ids, lines_of_many_threads_never_mix,
                            lines_that_come_out_later_keep_their_ids,
                            messages_that_imitate_ids_are_data,
                            a_record_is_one_line_whatever_its_bytes,
                            contexts_are_released_behind_a_flush);

TYPED_TEST_P(FailingLoggerContract, a_sink_that_throws_loses_its_own_line_only) {
    detail::check_throwing_sink(this->logger());
}
REGISTER_TYPED_TEST_SUITE_P(FailingLoggerContract, a_sink_that_throws_loses_its_own_line_only);

}  // namespace ctx::testing
