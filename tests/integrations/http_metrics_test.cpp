// Rates, errors and durations of requests: all of them, in few series, without allocating.

#include "support/counting_allocator.hpp"
#include "tracing/support.hpp"
#include <ctx/integrations/http.hpp>
#include <ctx/integrations/http_metrics.hpp>
#include <ctx/metrics.hpp>

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct Message : std::map<std::string, std::string> {
    std::string verb = "GET";
    std::string path = "/orders/17?token=secret";
};

}  // namespace

template <>
struct ctx::HttpMessage<Message> {
    static std::string_view method(const Message& message) { return message.verb; }
    static std::string_view target(const Message& message) { return message.path; }
};

namespace {

using ctx::test::Bench;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr const char* server_seconds = "http_server_request_duration_seconds";
constexpr const char* client_seconds = "http_client_request_duration_seconds";
constexpr const char* active_requests = "http_server_active_requests";

std::shared_ptr<ctx::HttpMetrics> make_metrics(ctx::HttpMetricsOptions options = {}) {
    return *ctx::HttpMetrics::create(std::move(options));
}

ctx::HttpTracing tracing_of(const ctx::Tracer& tracer, std::shared_ptr<ctx::HttpMetrics> metrics) {
    return ctx::HttpTracing{{.tracer = tracer,
                             .propagators = ctx::Propagators::named("tracecontext,baggage"),
                             .edge = {},
                             .metrics = std::move(metrics)}};
}

std::vector<ctx::SeriesSnapshot> series_of(const ctx::MetricSource& source, std::string_view name) {
    for (ctx::FamilySnapshot& family : source.read()) {
        if (family.name == name) return std::move(family.series);
    }
    return {};
}

std::uint64_t count_of(const ctx::MetricSource& source, const char* family, const Labels& labels) {
    for (const ctx::SeriesSnapshot& series : series_of(source, family)) {
        if (series.labels == labels) return series.count;
    }
    return 0;
}

std::optional<ctx::Exemplar> exemplar_of(const ctx::SeriesSnapshot& series) {
    for (const ctx::BucketSnapshot& bucket : series.buckets) {
        if (bucket.exemplar) return bucket.exemplar;
    }
    return std::nullopt;
}

TEST(HttpMetrics, count_requests_by_method_route_status_and_error) {
    const auto metrics = make_metrics();
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    tracing.serve(Message{}, {.route = "/orders/{id}", .url_scheme = "https"}).finish(200);
    tracing.serve(Message{}, {.route = "/orders/{id}", .url_scheme = "https"}).finish(200);
    tracing.serve(Message{}, {.route = "/orders/{id}"}).finish(404);
    tracing.serve(Message{}, {.route = "/orders/{id}"}).finish(503);
    tracing.serve(Message{}, {.route = "/orders/{id}"}).fail("timeout");
    const auto with = [&](Labels more) {
        more.insert(more.begin(), {"http_request_method", "GET"});
        return count_of(*metrics, server_seconds, more);
    };
    EXPECT_EQ(with({{"url_scheme", "https"},
                    {"http_route", "/orders/{id}"},
                    {"http_response_status_code", "200"}}),
              2U);
    EXPECT_EQ(with({{"http_route", "/orders/{id}"}, {"http_response_status_code", "404"}}), 1U)
        << "the client's error";
    EXPECT_EQ(with({{"http_route", "/orders/{id}"},
                    {"http_response_status_code", "503"},
                    {"error_type", "503"}}),
              1U);
    EXPECT_EQ(with({{"http_route", "/orders/{id}"}, {"error_type", "timeout"}}), 1U);
    EXPECT_EQ(series_of(*metrics, server_seconds).size(), 4U);
}

TEST(HttpMetrics, do_not_let_statuses_and_servers_use_up_what_others_may_have) {
    const auto metrics = make_metrics({.max_routes = 1, .max_errors = 1});
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    for (const int status : {500, 501, 502})
        tracing.serve(Message{}, {.route = "/orders/{id}"}).finish(status);
    tracing.serve(Message{}, {.route = "/orders/{id}"}).fail("timeout");
    Message out;
    tracing.call(out, {.url_template = "/stock/{sku}"}).finish(200);
    std::set<std::string> shown;
    for (const char* family : {server_seconds, client_seconds}) {
        for (const auto& series : series_of(*metrics, family)) {
            for (const auto& [name, value] : series.labels)
                if (name == "error_type" || name == "url_template") shown.insert(value);
        }
    }
    EXPECT_EQ(shown, (std::set<std::string>{"500", "501", "502", "timeout", "/stock/{sku}"}));
}

TEST(HttpMetrics, have_the_buckets_of_opentelemetry_and_whole_seconds) {
    const auto metrics = make_metrics();
    tracing_of(ctx::Tracer{{}}, metrics).serve(Message{}).finish(200);
    const auto all = series_of(*metrics, server_seconds);
    ASSERT_EQ(all.size(), 1U);
    ASSERT_EQ(all[0].buckets.size(), 15U);
    EXPECT_EQ(all[0].buckets[0].upper_bound, 0.005);
    EXPECT_EQ(all[0].buckets[13].upper_bound, 10);
    EXPECT_EQ(all[0].buckets[13].cumulative_count, 1U) << "less than ten seconds";
    EXPECT_GT(all[0].sum, 0);
}

TEST(HttpMetrics, never_show_a_path_or_an_unknown_method) {
    const auto metrics = make_metrics();
    Message odd;
    odd.verb = "BREW";
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    tracing.serve(odd, {.url_scheme = "gopher"}).finish(418);
    tracing.serve(Message{}).finish(99'999);
    EXPECT_EQ(count_of(*metrics, server_seconds,
                       {{"http_request_method", "_OTHER"},
                        {"url_scheme", "_OTHER"},
                        {"http_response_status_code", "418"}}),
              1U);
    EXPECT_EQ(count_of(*metrics, server_seconds,
                       {{"http_request_method", "GET"},
                        {"http_response_status_code", "_OTHER"},
                        {"error_type", "_OTHER"}}),
              1U);
}

TEST(HttpMetrics, take_a_route_that_is_known_later) {
    const auto metrics = make_metrics();
    auto served = tracing_of(ctx::Tracer{{}}, metrics).serve(Message{});
    served.set_route("/orders");
    served.finish(200);
    EXPECT_EQ(count_of(*metrics, server_seconds,
                       {{"http_request_method", "GET"},
                        {"http_route", "/orders"},
                        {"http_response_status_code", "200"}}),
              1U);
}

TEST(HttpMetrics, know_how_many_requests_are_active) {
    const auto metrics = make_metrics();
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    const auto active = [&] {
        const auto all = series_of(*metrics, active_requests);
        return all.empty() ? -1 : all.at(0).value;
    };
    auto one = tracing.serve(Message{});
    auto two = tracing.serve(Message{});
    EXPECT_EQ(active(), 2);
    auto moved = std::move(one);
    EXPECT_EQ(active(), 2);
    moved.finish(200);
    moved.finish(200);
    EXPECT_EQ(active(), 1);
    two = tracing.serve(Message{});
    EXPECT_EQ(active(), 1) << "the one that was replaced is over";
    two.fail("");
    EXPECT_EQ(active(), 0);
    EXPECT_EQ(count_of(*metrics, server_seconds,
                       {{"http_request_method", "GET"}, {"error_type", "_OTHER"}}),
              2U)
        << "one was replaced, one failed without a word";
}

TEST(HttpMetrics, count_what_nobody_finished_as_an_error) {
    const auto metrics = make_metrics();
    {
        const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
        const auto served = tracing.serve(Message{});
        Message outgoing;
        const auto call = tracing.call(outgoing, {.parent = served.context()});
    }
    EXPECT_EQ(count_of(*metrics, server_seconds,
                       {{"http_request_method", "GET"}, {"error_type", "_OTHER"}}),
              1U);
    EXPECT_TRUE(series_of(*metrics, client_seconds).empty()) << "no answer was waited for";
}

TEST(HttpMetrics, count_calls_by_server_and_template) {
    const auto metrics = make_metrics();
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    Message outgoing;
    const ctx::HttpCallOptions users{.url_template = "/users/{id}",
                                     .server_address = "users.example",
                                     .server_port = 8080,
                                     .url_scheme = "http"};
    tracing.call(outgoing, users).finish(204);
    tracing.call(outgoing, users).finish(404);
    const Labels base{{"http_request_method", "GET"},
                      {"url_scheme", "http"},
                      {"server_address", "users.example"},
                      {"server_port", "8080"},
                      {"url_template", "/users/{id}"}};
    Labels done = base;
    done.emplace_back("http_response_status_code", "204");
    EXPECT_EQ(count_of(*metrics, client_seconds, done), 1U);
    Labels failed = base;
    failed.emplace_back("http_response_status_code", "404");
    failed.emplace_back("error_type", "404");
    EXPECT_EQ(count_of(*metrics, client_seconds, failed), 1U) << "a 4xx is an error of the client";
}

TEST(HttpMetrics, count_every_request_whatever_is_sampled) {
    for (const auto& sampler : {ctx::Sampler::always_off(), ctx::Sampler::always_on()}) {
        Bench bench{sampler};
        const auto metrics = make_metrics();
        const auto tracing = tracing_of(bench.tracer, metrics);
        auto served = tracing.serve(Message{});
        const bool recorded = served.span().is_recording();
        const std::string trace = served.context().trace_id().to_string();
        const std::string span = served.context().span_id().to_string();
        served.finish(200);
        const auto all = series_of(*metrics, server_seconds);
        ASSERT_EQ(all.size(), 1U);
        EXPECT_EQ(all[0].count, 1U);
        const auto exemplar = exemplar_of(all[0]);
        ASSERT_EQ(exemplar.has_value(), recorded);
        if (recorded) {
            EXPECT_EQ(exemplar->labels, (Labels{{"trace_id", trace}, {"span_id", span}}));
        }
        EXPECT_FALSE(ctx::current()) << "nothing stays current";
    }
}

TEST(HttpMetrics, split_by_the_baggage_when_asked) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"customer"}.label("customer")}));
    const auto metrics = make_metrics({.dimensions = {ctx::Dimension{"customer"}.at_most(1)}});
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    for (const char* customer : {"acme", "acme", "zeta"}) {
        Message request;
        request.emplace("baggage", std::string{"customer="} + customer);
        tracing.serve(request).finish(200);
    }
    const auto with = [&](const char* customer) {
        return count_of(*metrics, server_seconds,
                        {{"http_request_method", "GET"},
                         {"http_response_status_code", "200"},
                         {"customer", customer}});
    };
    EXPECT_EQ(with("acme"), 2U);
    EXPECT_EQ(with("other"), 1U);
}

TEST(HttpMetrics, stay_bounded_whatever_routes_and_errors_come) {
    const auto metrics =
        make_metrics({.max_series = 20, .max_routes = 3, .max_errors = 2, .max_servers = 1});
    const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
    const auto before = ctx::test::stat("ctx_metrics_names_overflow_total");
    for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(i);
        tracing.serve(Message{}, {.route = "/r" + text}).fail("error " + text);
        tracing.serve(Message{}).finish(100 + i);
        Message outgoing;
        tracing.call(outgoing, {.server_address = text, .server_port = 1}).finish(200);
    }
    const auto served = series_of(*metrics, server_seconds);
    EXPECT_LE(served.size(), 21U);
    std::uint64_t sum = 0;
    for (const auto& series : served)
        sum += series.count;
    EXPECT_EQ(sum, 200U) << "nothing is lost";
    EXPECT_EQ(
        count_of(
            *metrics, server_seconds,
            {{"http_request_method", "GET"}, {"http_route", "_OTHER"}, {"error_type", "_OTHER"}}),
        97U);
    EXPECT_EQ(series_of(*metrics, client_seconds).size(), 2U);
    EXPECT_GT(ctx::test::stat("ctx_metrics_names_overflow_total"), before);
}

TEST(HttpMetrics, refuse_what_a_histogram_refuses) {
    EXPECT_FALSE(ctx::HttpMetrics::create({.bounds = {2, 1}}).ok());
    EXPECT_FALSE(ctx::HttpMetrics::create({.dimensions = {ctx::Dimension{"not-declared"}}}).ok());
}

TEST(HttpMetrics, allocate_nothing_once_the_labels_are_known) {
    const auto metrics = make_metrics();
    const auto plain = tracing_of(ctx::Tracer{{}}, nullptr);
    const auto measured = tracing_of(ctx::Tracer{{}}, metrics);
    const auto allocations_of = [](const ctx::HttpTracing& tracing) {
        const Message request;
        tracing.serve(request, {.route = "/a"}).finish(500);
        const ctx::test::AllocationCounter allocations;
        tracing.serve(request, {.route = "/a"}).finish(500);
        return allocations.allocations();
    };
    EXPECT_EQ(allocations_of(measured), allocations_of(plain));
}

TEST(HttpMetrics, outlive_who_made_them_and_count_from_any_thread) {
    auto metrics = make_metrics();
    std::optional<ctx::HttpServerSpan> late;
    {
        const auto tracing = tracing_of(ctx::Tracer{{}}, metrics);
        late.emplace(tracing.serve(Message{}));
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&tracing, t] {
                for (int i = 0; i < 200; ++i) {
                    const std::string route = "/" + std::to_string(i % 10);
                    tracing.serve(Message{}, {.route = route}).finish(200 + t % 2);
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    }
    std::uint64_t sum = 0;
    for (const auto& series : series_of(*metrics, server_seconds))
        sum += series.count;
    EXPECT_EQ(sum, 800U);
    metrics.reset();
    late->finish(200);
}

}  // namespace
