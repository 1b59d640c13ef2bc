#include <ctx/context/diagnostics.hpp>
#include <ctx/context/id_generator.hpp>
#include <ctx/tracing/sampler.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <string>

namespace {

using ctx::Context;
using ctx::Sampler;
using ctx::TraceFlags;
using ctx::TraceId;

constexpr std::uint64_t half = std::uint64_t{1} << 55;

Context parent(bool sampled, bool remote) {
    const TraceFlags flags = TraceFlags{TraceFlags::random_bit}.with_sampled(sampled);
    return Context{}.with_span({ctx::new_trace_id(), ctx::new_span_id(), flags, {}, remote});
}

TEST(SamplerRules, always_on_and_off_do_not_ask_the_parent) {
    for (const bool sampled : {true, false}) {
        const Context above = parent(sampled, true);
        EXPECT_TRUE(Sampler::always_on().should_sample(above, above.trace_id()));
        EXPECT_FALSE(Sampler::always_off().should_sample(above, above.trace_id()));
    }
    EXPECT_TRUE(Sampler::always_on().should_sample({}, TraceId{0, 0}));
    EXPECT_FALSE(Sampler::always_off().should_sample({}, TraceId{~0U, ~std::uint64_t{0}}));
}

TEST(SamplerRules, parent_based_follows_local_and_remote_parents) {
    for (const bool remote : {true, false}) {
        const Context yes = parent(true, remote);
        const Context no = parent(false, remote);
        EXPECT_TRUE(Sampler::parent_based(0).should_sample(yes, yes.trace_id()));
        EXPECT_FALSE(Sampler::parent_based(1).should_sample(no, no.trace_id()));
    }
}

TEST(SamplerRules, a_context_with_baggage_alone_is_no_parent) {
    const Context only_baggage = Context{}.with_baggage(ctx::Baggage{}.set("a", "b"));
    EXPECT_TRUE(Sampler::parent_based(1).should_sample(only_baggage, ctx::new_trace_id()));
    EXPECT_FALSE(Sampler::parent_based(0).should_sample(only_baggage, ctx::new_trace_id()));
}

TEST(SamplerRules, parent_based_decides_itself_where_the_parent_left_it_open) {
    const Context open =
        Context{}.with_span({ctx::new_trace_id(), ctx::new_span_id(), TraceFlags{}, {}, true});
    EXPECT_TRUE(Sampler::parent_based(1).should_sample(open, open.trace_id()));
    EXPECT_FALSE(Sampler::parent_based(0).should_sample(open, open.trace_id()));
}

TEST(SamplerRules, parent_based_follows_a_decision_that_came_without_a_trace) {
    const Context yes = Context{}.with_span({{}, {}, TraceFlags{1}, {}, true});
    const Context no = Context{}.with_span({{}, {}, TraceFlags{0}, {}, true});
    EXPECT_TRUE(Sampler::parent_based(0).should_sample(yes, ctx::new_trace_id()));
    EXPECT_FALSE(Sampler::parent_based(1).should_sample(no, ctx::new_trace_id()));
}

TEST(SamplerRules, ratio_ignores_the_parent) {
    const Context yes = parent(true, true);
    EXPECT_FALSE(Sampler::ratio(0).should_sample(yes, yes.trace_id()));
    const Context no = parent(false, true);
    EXPECT_TRUE(Sampler::ratio(1).should_sample(no, no.trace_id()));
}

TEST(SamplerThreshold, is_compared_with_the_right_most_56_bits) {
    const Sampler sampler = Sampler::ratio(0.5);
    EXPECT_EQ(sampler.threshold(), half);
    EXPECT_TRUE(sampler.should_sample({}, TraceId{0, half}));
    EXPECT_FALSE(sampler.should_sample({}, TraceId{0, half - 1}));
    // The byte left of the 56 bits, and the left half, say nothing.
    EXPECT_FALSE(sampler.should_sample({}, TraceId{~std::uint64_t{0}, 0xff00'0000'0000'0000}));
    EXPECT_TRUE(sampler.should_sample({}, TraceId{0, 0xff00'0000'0000'0000 | half}));
}

TEST(SamplerThreshold, clamps_what_is_no_ratio) {
    EXPECT_EQ(Sampler::ratio(2), Sampler::always_on());
    EXPECT_EQ(Sampler::ratio(-1), Sampler::always_off());
    EXPECT_EQ(Sampler::ratio(std::nan("")), Sampler::always_off());
    EXPECT_EQ(Sampler::parent_based(1), Sampler{});
    EXPECT_EQ(Sampler::ratio(std::numeric_limits<double>::denorm_min()).threshold(),
              std::uint64_t{1} << 56);
}

TEST(SamplerThreshold, takes_the_share_it_was_asked_for) {
    constexpr int count = 200'000;
    for (const double ratio : {0.01, 0.1, 0.5, 0.9}) {
        const Sampler sampler = Sampler::parent_based(ratio);
        int taken = 0;
        for (int i = 0; i < count; ++i)
            taken += sampler.should_sample({}, ctx::new_trace_id()) ? 1 : 0;
        const double deviation = std::sqrt(count * ratio * (1 - ratio));
        EXPECT_NEAR(taken, count * ratio, 6 * deviation) << ratio;
    }
}

TEST(SamplerThreshold, a_higher_ratio_samples_a_superset) {
    const Sampler few = Sampler::ratio(0.1);
    const Sampler many = Sampler::ratio(0.3);
    int both = 0;
    for (int i = 0; i < 10'000; ++i) {
        const TraceId id = ctx::new_trace_id();
        if (!few.should_sample({}, id)) continue;
        EXPECT_TRUE(many.should_sample({}, id)) << id.to_string();
        ++both;
    }
    EXPECT_GT(both, 0);
}

struct Setting {
    const char* test_name;
    const char* sampler;
    const char* argument;
    Sampler expected;
    int warnings;

    friend std::ostream& operator<<(std::ostream& out, const Setting& s) {
        return out << s.sampler << ' ' << s.argument;
    }
};

int warnings = 0;

class SamplerEnvironment : public testing::TestWithParam<Setting> {
protected:
    void SetUp() override {
        warnings = 0;
        before_ = ctx::set_diagnostics_handler([](const ctx::Diagnostic&) noexcept { ++warnings; });
    }
    void TearDown() override {
        ctx::set_diagnostics_handler(before_);
        unsetenv("OTEL_TRACES_SAMPLER");
        unsetenv("OTEL_TRACES_SAMPLER_ARG");
    }

private:
    ctx::DiagnosticsHandler before_ = nullptr;
};

TEST_P(SamplerEnvironment, is_read_as_opentelemetry_says) {
    setenv("OTEL_TRACES_SAMPLER", GetParam().sampler, 1);
    setenv("OTEL_TRACES_SAMPLER_ARG", GetParam().argument, 1);
    EXPECT_EQ(Sampler::from_environment(), GetParam().expected);
    EXPECT_EQ(warnings, GetParam().warnings);
}

INSTANTIATE_TEST_SUITE_P(
    Names, SamplerEnvironment,
    testing::Values(
        Setting{"unset", "", "", Sampler::parent_based(1), 0},
        Setting{"on", "always_on", "", Sampler::always_on(), 0},
        Setting{"off", "always_off", "0.5", Sampler::always_off(), 0},
        Setting{"ratio", "traceidratio", "0.5", Sampler::ratio(0.5), 0},
        Setting{"ratio_unset", "traceidratio", "", Sampler::ratio(1), 0},
        Setting{"parent_on", "parentbased_always_on", "", Sampler::parent_based(1), 0},
        Setting{"parent_off", "parentbased_always_off", "", Sampler::parent_based(0), 0},
        Setting{"parent_ratio", "parentbased_traceidratio", "0.25", Sampler::parent_based(0.25), 0},
        Setting{"bad_ratio", "traceidratio", "1.5", Sampler::ratio(1), 1},
        Setting{"trailing_text", "traceidratio", "0.5x", Sampler::ratio(1), 1},
        Setting{"not_a_number", "parentbased_traceidratio", "nan", Sampler::parent_based(1), 1},
        Setting{"unknown", "jaeger_remote", "", Sampler::parent_based(1), 1}),
    [](const auto& setting) { return setting.param.test_name; });

}  // namespace
