// Fields, resource, stats, diagnostics, lifecycle: what a process has once.

#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/version.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

TEST(Fields, a_later_declaration_replaces_the_earlier_and_has_a_higher_number) {
    const auto before = ctx::published_fields().generation;
    const auto first = ctx::publish_fields(
        *ctx::FieldSet::create({ctx::Field{"customer"}.log().label("customer")}));
    EXPECT_GT(first, before);
    const ctx::FieldSet& borrowed = ctx::published_fields().set;
    EXPECT_EQ(borrowed.label_fields().size(), 1U);
    const auto second = ctx::publish_fields(ctx::FieldSet{});
    EXPECT_EQ(second, first + 1);
    EXPECT_EQ(ctx::published_fields().set.fields().size(), 0U);
    EXPECT_EQ(borrowed.label_fields().size(), 1U) << "who borrowed the old set may still read it";
}

class ResourceEnvironment : public testing::Test {
protected:
    void TearDown() override {
        unsetenv("OTEL_SERVICE_NAME");
        unsetenv("OTEL_RESOURCE_ATTRIBUTES");
    }
};

TEST_F(ResourceEnvironment, names_the_program_when_nobody_says) {
    const auto resource = ctx::Resource::from_environment();
    EXPECT_EQ(resource.service_name().substr(0, 16), "unknown_service:");
    EXPECT_EQ(resource.find("telemetry.sdk.name"), "ctx");
    EXPECT_EQ(resource.find("telemetry.sdk.language"), "cpp");
    EXPECT_EQ(resource.find("telemetry.sdk.version"), CTX_VERSION_STRING);
}

TEST_F(ResourceEnvironment, service_name_wins_over_attributes) {
    setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=a, deployment.environment.name=pr%6fd", 1);
    EXPECT_EQ(ctx::Resource::from_environment().service_name(), "a");
    EXPECT_EQ(ctx::Resource::from_environment().find("deployment.environment.name"), "prod");
    setenv("OTEL_SERVICE_NAME", "b", 1);
    EXPECT_EQ(ctx::Resource::from_environment().service_name(), "b");
}

int warnings = 0;

TEST_F(ResourceEnvironment, a_malformed_list_is_ignored_as_a_whole_and_said) {
    for (const char* bad : {"a=1,b", "a=%zz", "=1", "a=1%4"}) {
        warnings = 0;
        ctx::set_diagnostics_handler([](const ctx::Diagnostic&) noexcept { ++warnings; });
        setenv("OTEL_RESOURCE_ATTRIBUTES", bad, 1);
        const auto resource = ctx::Resource::from_environment();
        ctx::set_diagnostics_handler(nullptr);
        EXPECT_EQ(resource.find("a"), "") << bad;
        EXPECT_EQ(warnings, 1) << bad;
    }
}

TEST(Resource, merging_prefers_the_other_and_keeps_keys_sorted_and_unique) {
    const ctx::Resource a{{{"z", "1"}, {"a", "1"}, {"z", "2"}}};
    const auto merged = a.merged_with(ctx::Resource{{{"a", "9"}, {"m", "5"}}});
    ASSERT_EQ(merged.attributes().size(), 3U);
    EXPECT_EQ(merged.attributes()[0].first, "a");
    EXPECT_EQ(merged.find("a"), "9");
    EXPECT_EQ(merged.find("m"), "5");
    EXPECT_EQ(merged.find("z"), "2");
    EXPECT_EQ(merged.find("nobody"), "");
}

ctx::Stat things{"ctx_test_things_total", "Things that this test counted."};

TEST(Stats, are_listed_by_name_with_their_value) {
    const auto before = things.value();
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([] {
            for (int n = 0; n < 1000; ++n)
                things.add();
        });
    }
    workers.clear();
    things.add(5);
    const auto all = ctx::stats();
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    const auto mine = std::find_if(all.begin(), all.end(), [](const auto& sample) {
        return sample.name == "ctx_test_things_total";
    });
    ASSERT_NE(mine, all.end());
    EXPECT_EQ(mine->value, before + 4005);
    EXPECT_EQ(mine->help, "Things that this test counted.");
}

std::vector<std::string> heard;

std::string last_message;

TEST(Diagnostics, have_no_control_characters_whatever_they_quote) {
    const auto before = ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { last_message = d.message; });
    ctx::diagnose(ctx::Severity::warning, "test", "evil\n\x1b[1m caf\xC3\xA9\x7f");
    ctx::set_diagnostics_handler(before);
    EXPECT_EQ(last_message, "evil\\x0a\\x1b[1m caf\xC3\xA9\\x7f");
}

TEST(Diagnostics, reach_the_handler_until_it_is_taken_away) {
    heard.clear();
    const auto before = ctx::set_diagnostics_handler([](const ctx::Diagnostic& d) noexcept {
        heard.push_back(std::string{d.component} + ": " + std::string{d.message});
        // What a handler triggers itself is not reported again.
        ctx::diagnose(ctx::Severity::info, "test", "from inside");
    });
    ctx::diagnose(ctx::Severity::warning, "test", "one");
    ctx::set_diagnostics_handler(before);
    ctx::diagnose(ctx::Severity::warning, "test", "two");
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0], "test: one");
}

TEST(DiagnosticLimiter, lets_one_of_a_burst_pass) {
    ctx::DiagnosticLimiter limiter;
    int passed = 0;
    for (int i = 0; i < 1000; ++i)
        passed += limiter.pass() ? 1 : 0;
    EXPECT_GE(passed, 1);
    EXPECT_LE(passed, 2) << "a second may begin during the burst";
}

class Buffer : public ctx::Flushable {
public:
    Buffer(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {
        register_flushable(*this);
    }
    ~Buffer() override { unregister_flushable(*this); }
    bool flush(Deadline) noexcept override {
        log_.push_back("flush " + name_);
        return true;
    }
    bool shutdown(Deadline) noexcept override {
        log_.push_back("shutdown " + name_);
        return true;
    }

private:
    std::string name_;
    std::vector<std::string>& log_;
};

TEST(Lifecycle, asks_the_latest_first_and_shuts_down_once) {
    std::vector<std::string> log;
    const Buffer file{"file", log};
    const Buffer log_lines{"logs", log};
    EXPECT_TRUE(ctx::flush(1s));
    EXPECT_TRUE(ctx::shutdown(1s));
    EXPECT_TRUE(ctx::shutdown(1s));
    const std::vector<std::string> expected{"flush logs", "flush file", "shutdown logs",
                                            "shutdown file"};
    EXPECT_EQ(log, expected);
}

TEST(Lifecycle, who_comes_after_a_shutdown_is_shut_down_too_and_nobody_twice) {
    std::vector<std::string> log;
    const Buffer early{"early", log};
    EXPECT_TRUE(ctx::shutdown(1s));
    const Buffer late{"late", log};
    EXPECT_TRUE(ctx::shutdown(1s));
    const std::vector<std::string> expected{"shutdown early", "shutdown late"};
    EXPECT_EQ(log, expected);
}

class TimeLeft : public ctx::Flushable {
public:
    TimeLeft() { register_flushable(*this); }
    ~TimeLeft() override { unregister_flushable(*this); }
    bool flush(Deadline deadline) noexcept override {
        return deadline - std::chrono::steady_clock::now() > 1h;
    }
    bool shutdown(Deadline deadline) noexcept override { return flush(deadline); }
};

TEST(Lifecycle, the_longest_timeout_is_not_in_the_past) {
    const TimeLeft layer;
    EXPECT_TRUE(ctx::flush(std::chrono::milliseconds::max()));
    EXPECT_FALSE(ctx::flush(std::chrono::milliseconds::min()));
}

class Stuck : public ctx::Flushable {
public:
    Stuck() { register_flushable(*this); }
    ~Stuck() override { unregister_flushable(*this); }
    bool flush(Deadline deadline) noexcept override {
        std::unique_lock lock{mutex_};
        return done_.wait_until(lock, deadline, [] { return false; });
    }
    bool shutdown(Deadline deadline) noexcept override { return flush(deadline); }

private:
    std::mutex mutex_;
    std::condition_variable done_;
};

TEST(Lifecycle, says_when_a_layer_could_not_finish_in_time) {
    const Stuck stuck;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(ctx::flush(20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

}  // namespace
