#include "metrics/requests.hpp"
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/prometheus_collectable.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <malloc.h>

#include <chrono>
#include <limits>
#include <memory>
#include <string>

namespace {

using ctx::PageFormat;
using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;
using testing::HasSubstr;
using testing::Not;

const char* const ids =
    " # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\",span_id=\"00f067aa0ba902b7\"} ";
const ctx::ExemplarPolicy always{.min_age = std::chrono::milliseconds{0}};

class PrometheusExemplars : public testing::Test {
protected:
    PrometheusExemplars() {
        ctx::test::publish_test_fields();
        use(std::make_shared<ctx::PrometheusSource>());
    }

    void use(std::shared_ptr<ctx::PrometheusSource> source) {
        source_ = std::move(source);
        source_->add(registry_);
    }
    [[nodiscard]] std::string page(PageFormat format = PageFormat::openmetrics_1_0_0) const {
        ctx::MetricsPage page{{.self_metrics = false}};
        page.add(source_);
        return page.render(format);
    }
    prometheus::Family<prometheus::Counter>& counters(const std::string& name) {
        return prometheus::BuildCounter()
            .Name(name)
            .Help("")
            .Labels({{"zone", "a"}})
            .Register(*registry_);
    }
    prometheus::Family<prometheus::Histogram>& histograms(const std::string& name) {
        return prometheus::BuildHistogram().Name(name).Help("").Register(*registry_);
    }

    std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
    std::shared_ptr<ctx::PrometheusSource> source_;
    ctx::Context request_ = sampled(request_with({{"session", "s1"}}), new FakeSpan{true});
};

TEST_F(PrometheusExemplars, a_plain_counter_shows_the_trace_of_an_increment) {
    auto jobs = source_->with_exemplars(counters("jobs_total"), {{"kind", "x"}});
    counters("jobs_total").Add({{"kind", "y"}}).Increment();
    jobs.Increment();
    EXPECT_THAT(page(), Not(HasSubstr("trace_id"))) << "no request, no exemplar";
    ctx::Scope scope{request_};
    jobs.Increment(2);
    EXPECT_EQ(jobs.Value(), 3);
    EXPECT_THAT(page(), HasSubstr("jobs_total{zone=\"a\",kind=\"x\"} 3" + std::string(ids) + "2 "));
    EXPECT_THAT(page(), HasSubstr("jobs_total{zone=\"a\",kind=\"y\"} 1\n"));
    EXPECT_THAT(page(PageFormat::text), Not(HasSubstr("trace_id")));
}

TEST_F(PrometheusExemplars, each_bucket_of_a_plain_histogram_shows_its_own) {
    auto wait = source_->with_exemplars(histograms("wait_seconds"), {}, {0.1, 1});
    ctx::Scope scope{request_};
    for (const double value : {0.1, 5.0, std::numeric_limits<double>::quiet_NaN()})
        wait.Observe(value);
    const std::string text = page();
    EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"0.1\"} 2" + std::string(ids) + "0.1 "))
        << "prometheus-cpp counts NaN in its first bucket";
    EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"1.0\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"+Inf\"} 3" + std::string(ids) + "5 "));
}

TEST_F(PrometheusExemplars, the_bounds_are_those_the_series_has) {
    histograms("wait").Add({}, prometheus::Histogram::BucketBoundaries{10});
    auto wait = source_->with_exemplars(histograms("wait"), {}, {1, 2, 3, 4});
    ctx::Scope scope{request_};
    wait.Observe(7);
    EXPECT_THAT(page(), HasSubstr("wait_bucket{le=\"10.0\"} 1" + std::string(ids) + "7 "));
}

TEST_F(PrometheusExemplars, a_series_made_anew_with_other_bounds_has_other_places) {
    ctx::Scope scope{request_};
    {
        auto before = source_->with_exemplars(histograms("wait"), {}, {1, 1000});
        before.Observe(2.5);
        histograms("wait").Remove(
            &histograms("wait").Add({}, prometheus::Histogram::BucketBoundaries{1, 1000}));
    }
    auto after = source_->with_exemplars(histograms("wait"), {}, {1, 3, 1000});
    EXPECT_THAT(page(), Not(HasSubstr("trace_id")));
    after.Observe(2);
    EXPECT_THAT(page(), HasSubstr("wait_bucket{le=\"3.0\"} 1" + std::string(ids) + "2 "));
}

TEST_F(PrometheusExemplars, series_that_come_and_go_leave_no_places_behind) {
    auto& family = counters("jobs_total");
    const auto bytes_after_a_round = [&](int round) {
        for (int i = 0; i < 500; ++i) {
            const std::string job = std::to_string(round) + "/" + std::to_string(i);
            static_cast<void>(source_->with_exemplars(family, {{"job", job}}));
            family.Remove(&family.Add({{"job", job}}));
        }
        static_cast<void>(source_->read());
        return mallinfo2().uordblks;
    };
    const auto first = bytes_after_a_round(0);
    for (int round = 1; round < 5; ++round)
        EXPECT_LT(bytes_after_a_round(round), first + 20'000) << round;
}

TEST_F(PrometheusExemplars, two_wrappers_of_a_series_share_its_places) {
    use(std::make_shared<ctx::PrometheusSource>(ctx::LeStyle::canonical, always));
    auto first = source_->with_exemplars(counters("jobs_total"), {{"kind", "x"}});
    auto second = source_->with_exemplars(counters("jobs_total"), {{"kind", "x"}});
    ctx::Scope scope{request_};
    first.Increment(1);
    EXPECT_THAT(page(), HasSubstr(std::string(ids) + "1 "));
    // The coarse clock must tick before another can be newer.
    const std::int64_t before = ctx::detail::coarse_unix_ms();
    while (ctx::detail::coarse_unix_ms() == before) {
    }
    second.Increment(4);
    EXPECT_THAT(page(), HasSubstr(" 5" + std::string(ids) + "4 "));
}

TEST_F(PrometheusExemplars, a_counter_without_total_stays_without) {
    auto old = source_->with_exemplars(counters("jobs"), {});
    ctx::Scope scope{request_};
    old.Increment();
    EXPECT_EQ(page(), "# TYPE jobs unknown\njobs{zone=\"a\"} 1\n# EOF\n");
}

TEST_F(PrometheusExemplars, extras_ride_along_and_undeclared_ones_are_reported) {
    static std::string heard;
    ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { heard = std::string(d.message); });
    use(std::make_shared<ctx::PrometheusSource>(
        ctx::LeStyle::canonical, ctx::ExemplarPolicy{.extras = {"session", "nope"}}));
    ctx::set_diagnostics_handler(nullptr);
    EXPECT_THAT(heard, HasSubstr("exemplar extra nope is not declared"));
    auto jobs = source_->with_exemplars(counters("jobs_total"), {});
    ctx::Scope scope{request_};
    jobs.Increment();
    EXPECT_THAT(page(), HasSubstr("session_id=\"s1\"} 1 "));
}

TEST_F(PrometheusExemplars, a_policy_that_is_off_stores_nothing) {
    use(std::make_shared<ctx::PrometheusSource>(ctx::LeStyle::canonical,
                                                ctx::ExemplarPolicy{.enabled = false}));
    auto jobs = source_->with_exemplars(counters("jobs_total"), {});
    ctx::Scope scope{request_};
    jobs.Increment();
    EXPECT_THAT(page(), Not(HasSubstr("trace_id")));
}

TEST_F(PrometheusExemplars, a_family_of_ctx_among_the_collectables_keeps_its_exemplars) {
    auto rides = *ctx::CounterFamily::create(
        {.name = "rides", .help = "", .exemplars = ctx::ExemplarPolicy{}});
    auto collectable = std::make_shared<ctx::PrometheusCollectable>(rides);
    source_->add(collectable);
    ctx::Scope scope{request_};
    rides->with().add(2);
    EXPECT_THAT(page(), HasSubstr("rides_total 2" + std::string(ids) + "2 "));
}

}  // namespace
