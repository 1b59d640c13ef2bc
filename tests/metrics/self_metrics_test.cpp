// What goes wrong in any layer shows on the page.

#include "metrics/requests.hpp"
#include <ctx/executors.hpp>
#include <ctx/propagation.hpp>
#include <ctx/tracing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace {

/// The value that a page shows; -1 if it shows none.
double shown(const std::string& name) {
    const ctx::MetricsPage page{{}};
    const std::string text = page.render(ctx::PageFormat::openmetrics_1_0_0);
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

class SelfMetrics : public testing::Test {
protected:
    template <typename Cause>
    void expect_counted(const std::string& name, const Cause& cause) {
        const double before = shown(name);
        EXPECT_GE(before, 0) << name << " shows before anything happened";
        cause();
        EXPECT_GT(shown(name), before) << name;
    }
};

TEST_F(SelfMetrics, show_values_without_a_place_and_meaningless_ones) {
    ctx::test::publish_test_fields();
    const auto family = *ctx::CounterFamily::create(
        {.name = "a", .help = "", .dimensions = {ctx::Dimension{"customer"}.at_most(0)}});
    expect_counted(R"(ctx_metrics_overflow_total{metric="a",label="customer"})", [&] {
        const ctx::Scope scope{ctx::test::request_with({{"customer", "acme"}})};
        family->with().add();
    });
    expect_counted("ctx_metrics_invalid_observations_total", [&] { family->with().add(-1); });
}

TEST_F(SelfMetrics, show_what_pages_cost) {
    const ctx::MetricsPage page{{.share_for = std::chrono::milliseconds{0}}};
    expect_counted("ctx_metrics_scrapes_total", [&] {
        for (int i = 0; i < 3; ++i)
            static_cast<void>(page.answer({}));
    });
    const std::string text = page.render(ctx::PageFormat::text);
    EXPECT_NE(text.find("\nctx_metrics_pages_rendered_total 3\n"), std::string::npos);
    for (const char* name : {"render_seconds", "rendered_bytes"}) {
        const std::string start = std::string("\nctx_metrics_") + name + "_total ";
        const std::size_t at = text.find(start);
        ASSERT_NE(at, std::string::npos) << name;
        EXPECT_GT(std::stod(text.substr(at + start.size())), 0) << name;
    }
}

TEST_F(SelfMetrics, show_malformed_headers) {
    using Headers = std::map<std::string, std::string>;
    expect_counted("ctx_propagation_traceparent_malformed_total", [] {
        static_cast<void>(ctx::extract(Headers{{"traceparent", "00-zz"}}));
    });
    expect_counted("ctx_propagation_baggage_malformed_members_total", [] {
        static_cast<void>(ctx::extract(Headers{{"baggage", "=,a=b"}}));
    });
}

TEST_F(SelfMetrics, show_scopes_that_end_on_the_wrong_thread_or_out_of_order) {
    const auto before = ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::count);
    expect_counted("ctx_scope_misuse_total", [] {
        auto outer = std::make_unique<ctx::Scope>(ctx::test::request_with({}));
        auto inner = std::make_unique<ctx::Scope>(ctx::test::request_with({}));
        outer.reset();
        inner.reset();
    });
    ctx::set_scope_misuse_policy(before);
}

TEST_F(SelfMetrics, show_tasks_that_lost_their_context) {
    struct Inline {
        void post(const std::function<void()>& task) { task(); }
    } pool;
    expect_counted("ctx_executors_tasks_without_context_total",
                   [&] { ctx::wrap(pool).post([] {}); });
}

TEST_F(SelfMetrics, show_every_kind_of_drop_from_the_start) {
    const ctx::Tracer tracer{{}};  // so that the tracing library is loaded
    for (const char* name :
         {"ctx_tracing_dropped_spans_total", "ctx_tracing_store_dropped_spans_total",
          "ctx_tracing_refused_keeps_total", "ctx_metrics_series_dropped_total",
          "ctx_metrics_families_dropped_total", "ctx_metrics_lost_updates_total",
          "ctx_metrics_exemplars_refused_total", "ctx_metrics_names_overflow_total",
          "ctx_scope_left_open_total", "ctx_context_dropped_links_total"}) {
        EXPECT_GE(shown(name), 0) << name;
    }
}

}  // namespace
