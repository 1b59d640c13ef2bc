#include "metrics/gunzip.hpp"
#include "metrics/http_client.hpp"
#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/exposer_bridge.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace {

using ctx::test::ask;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string openmetrics = "Accept: application/openmetrics-text;version=1.0.0\r\n";

class Bridge : public testing::Test {
protected:
    Bridge() {
        auto& family = prometheus::BuildCounter().Name("theirs_total").Help("").Register(*registry);
        family.Add({}).Increment(2);
        source->add(registry);
        page->add(ours);
        page->add(wait);
        page->add(source);
    }

    void start() {
        bridge.emplace();
        exposer = std::make_unique<prometheus::Exposer>("127.0.0.1:0", 2, bridge->callbacks());
        exposer->RegisterCollectable(registry);
        port = exposer->GetListeningPorts().at(0);
    }

    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    std::shared_ptr<ctx::PrometheusSource> source = std::make_shared<ctx::PrometheusSource>();
    std::shared_ptr<ctx::CounterFamily> ours = *ctx::CounterFamily::create(
        {.name = "ours", .help = "", .labels = {"n"}, .max_series = 50'000});
    std::shared_ptr<ctx::HistogramFamily> wait =
        *ctx::HistogramFamily::create({.name = "wait", .help = "", .bounds = {1}});
    std::shared_ptr<ctx::MetricsPage> page = std::make_shared<ctx::MetricsPage>(
        ctx::MetricsPageOptions{.share_for = std::chrono::milliseconds{0}});
    std::optional<ctx::ExposerBridge> bridge;
    std::unique_ptr<prometheus::Exposer> exposer;
    int port = 0;
};

TEST_F(Bridge, the_users_exposer_serves_one_page_for_his_registry_and_ours) {
    start();
    EXPECT_THAT(ask(port, "/metrics"), Not(HasSubstr("ours_total")));  // the stock page
    ASSERT_TRUE(bridge->serve(page).ok());
    ours->with({"1"}).add(7);
    {
        ctx::Scope scope{ctx::test::sampled(ctx::Context{}, new ctx::test::FakeSpan{true})};
        wait->with().observe(0.5);
    }
    const std::string open = ask(port, "/metrics", openmetrics);
    EXPECT_THAT(open, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(open, HasSubstr("Content-Type: application/openmetrics-text; version=1.0.0; "
                                "charset=utf-8\r\n"));
    EXPECT_THAT(open, HasSubstr("Vary: Accept, Accept-Encoding\r\n"));
    EXPECT_THAT(open, HasSubstr("\nours_total{n=\"1\"} 7\n"));
    EXPECT_THAT(open, HasSubstr("\ntheirs_total 2\n"));
    EXPECT_THAT(open, HasSubstr("# {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\""));
    EXPECT_TRUE(open.ends_with("# EOF\n"));

    const std::string text = ask(port, "/metrics");
    EXPECT_THAT(text, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(text, HasSubstr("\ntheirs_total 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("trace_id")));
    EXPECT_THAT(text, Not(HasSubstr("# EOF")));
}

TEST_F(Bridge, compresses_for_who_accepts_it) {
    start();
    ASSERT_TRUE(bridge->serve(page).ok());
    ours->with({"1"}).add(7);
    const std::string packed = ask(port, "/metrics", openmetrics + "Accept-Encoding: gzip\r\n");
    EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_THAT(ctx::test::body_of(packed), HasSubstr("\nours_total{n=\"1\"} 7\n"));
    const std::string plain = ask(port, "/metrics", "Accept-Encoding: gzip;q=0\r\n");
    EXPECT_THAT(plain, Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(plain, HasSubstr("\nours_total{n=\"1\"} 7\n"));
}

TEST_F(Bridge, answers_its_path_and_its_methods_only) {
    start();
    ASSERT_TRUE(bridge->serve(page).ok());
    EXPECT_THAT(ask(port, "/metrics/x"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(port, "/"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(port, "/metrics", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 405"));
    const std::string head = ask(port, "/metrics", {}, "HEAD");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(Bridge, keeps_the_users_authorization) {
    start();
    exposer->RegisterAuth([](const std::string& user, const std::string& password) {
        return user == "user" && password == "pass";
    });
    ASSERT_TRUE(bridge->serve(page).ok());
    EXPECT_THAT(ask(port, "/metrics"), StartsWith("HTTP/1.1 401"));
    EXPECT_THAT(ask(port, "/metrics", "Authorization: Basic dXNlcjp3cm9uZw==\r\n"),
                StartsWith("HTTP/1.1 401"));
    EXPECT_THAT(ask(port, "/metrics", "Authorization: Basic dXNlcjpwYXNz\r\n"),
                StartsWith("HTTP/1.1 200"));
}

TEST_F(Bridge, says_when_there_is_nothing_to_hook_into) {
    bridge.emplace();
    EXPECT_EQ(bridge->serve(page).code(), absl::StatusCode::kFailedPrecondition);
    start();
    EXPECT_EQ(bridge->serve(page, "metrics").code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(bridge->serve(nullptr).code(), absl::StatusCode::kInvalidArgument);
    exposer.reset();  // the Exposer goes first
    EXPECT_EQ(bridge->serve(page).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Bridge, may_go_before_the_exposer) {
    start();
    ASSERT_TRUE(bridge->serve(page).ok());
    ASSERT_THAT(ask(port, "/metrics"), StartsWith("HTTP/1.1 200"));
    bridge.reset();
    EXPECT_THAT(ask(port, "/metrics"), StartsWith("HTTP/1.1 404"));
}

TEST_F(Bridge, a_scraper_that_never_reads_stops_neither_updates_nor_other_scrapers) {
    for (int i = 0; i < 50'000; ++i) {  // more than the buffers of a socket hold
        ours->with({std::string(200, 'x') + std::to_string(i)}).add();
    }
    start();
    ASSERT_TRUE(bridge->serve(page).ok());
    ctx::test::Connection frozen{port};
    frozen.send(ctx::test::request_text("GET", "/metrics", openmetrics));
    ctx::Counter counter = ours->with({std::string(200, 'x') + "0"});
    for (int i = 0; i < 3; ++i) {
        counter.add();
        EXPECT_THAT(ask(port, "/metrics"), HasSubstr("x0\"} " + std::to_string(i + 2) + "\n"));
    }
}

}  // namespace
