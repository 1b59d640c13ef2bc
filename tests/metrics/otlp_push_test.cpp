#include "metrics/gunzip.hpp"
#include "metrics/http_server.hpp"
#include "metrics/requests.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/otlp_push.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using ctx::OtlpPusher;
using ctx::OtlpPushOptions;
using ctx::test::ScriptedServer;
using nlohmann::json;
using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr milliseconds never{std::chrono::hours{24}};
constexpr milliseconds long_enough{60'000};

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

double value_in(const std::string& request) {
    return json::parse(body_of(request))["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]
                                        ["sum"]["dataPoints"][0]["asDouble"];
}

/// A source that throws when it is read, as long as it is told to.
class Throwing final : public ctx::MetricSource {
public:
    std::atomic<bool> throws{true};
    void write(ctx::PageWriter& /*page*/) const override {}
    [[nodiscard]] std::vector<ctx::FamilySnapshot> read() const override {
        if (throws) throw std::runtime_error("registry is gone");
        return {};
    }
};

/// The texts of the diagnostics while it lives.
class HeardDiagnostics {
public:
    HeardDiagnostics() : before_(ctx::set_diagnostics_handler(&hear)) {
        static_cast<void>(texts(true));
    }
    HeardDiagnostics(const HeardDiagnostics&) = delete;
    HeardDiagnostics& operator=(const HeardDiagnostics&) = delete;
    ~HeardDiagnostics() { ctx::set_diagnostics_handler(before_); }

    [[nodiscard]] static std::vector<std::string> texts(bool forget = false) {
        const std::lock_guard lock{mutex()};
        if (forget) heard().clear();
        return heard();
    }

private:
    static std::mutex& mutex() {
        static std::mutex mutex;
        return mutex;
    }
    static std::vector<std::string>& heard() {
        static std::vector<std::string> texts;
        return texts;
    }
    static void hear(const ctx::Diagnostic& diagnostic) noexcept {
        const std::lock_guard lock{mutex()};
        heard().emplace_back(diagnostic.message);
    }

    ctx::DiagnosticsHandler before_;
};

class OtlpPush : public testing::Test {
protected:
    OtlpPush() { page->add(rides); }
    ~OtlpPush() override {
        for (const std::string& name : variables)
            ::unsetenv(name.c_str());
    }

    void set(const std::string& name, const std::string& value) {
        ::setenv(name.c_str(), value.c_str(), 1);
        variables.push_back(name);
    }

    [[nodiscard]] OtlpPushOptions options() const {
        return {.page = page,
                .endpoint = server.url("/v1/metrics"),
                .interval = never,
                .retry = {.first = milliseconds{1}, .longest = milliseconds{5}}};
    }

    std::vector<std::string> variables;
    std::shared_ptr<ctx::CounterFamily> rides =
        *ctx::CounterFamily::create({.name = "rides", .help = "Rides."});
    ctx::Counter counter = rides->with();
    std::shared_ptr<ctx::MetricsPage> page =
        std::make_shared<ctx::MetricsPage>(ctx::MetricsPageOptions{
            .resource = ctx::Resource{{{"service.name", "live"}}}, .self_metrics = false});
    ScriptedServer server;
};

TEST_F(OtlpPush, posts_json_when_it_is_flushed_and_when_it_ends) {
    counter.add(3);
    {
        auto pusher = OtlpPusher::start(options());
        ASSERT_TRUE(pusher.ok());
        EXPECT_TRUE((*pusher)->flush(long_enough));
        ASSERT_EQ(server.count(), 1U);
        counter.add(4);
    }
    const auto requests = server.wait_for(2);
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_THAT(requests[0], StartsWith("POST /v1/metrics HTTP/1.1\r\n"));
    EXPECT_THAT(requests[0], HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(requests[0], HasSubstr("Host: 127.0.0.1:"));
    EXPECT_EQ(value_in(requests[0]), 3);
    EXPECT_EQ(value_in(requests[1]), 7);
    EXPECT_THAT(requests[0], HasSubstr("\"stringValue\":\"live\""));
}

TEST_F(OtlpPush, comes_again_after_each_interval) {
    OtlpPushOptions fast = options();
    fast.interval = milliseconds{1};
    auto pusher = OtlpPusher::start(std::move(fast));
    ASSERT_TRUE(pusher.ok());
    EXPECT_GE(server.wait_for(3).size(), 3U);
}

TEST_F(OtlpPush, is_judged_by_the_answer_and_not_by_what_comes_before_it_or_how_long_it_is) {
    server.then("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                ScriptedServer::answer("200 OK"));
    server.then(ScriptedServer::answer("200 OK", {}, std::string(200'000, 'x')));
    server.then(ScriptedServer::answer("400 Bad Request", {}, std::string(200'000, 'x')));
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    EXPECT_TRUE((*pusher)->flush(long_enough)) << "103, then 200";
    EXPECT_TRUE((*pusher)->flush(long_enough)) << "a long 200";
    EXPECT_FALSE((*pusher)->flush(long_enough)) << "a long 400";
    EXPECT_EQ(server.count(), 3U) << "nothing was tried again";
}

TEST_F(OtlpPush, is_tried_again_with_newer_values) {
    const auto before = ctx::test::stat("ctx_metrics_push_failures_total");
    for (const char* status : {"429 Too Many Requests", "502 Bad Gateway", "503 x", "504 y"})
        server.then(ScriptedServer::answer(status));
    server.then(ScriptedServer::hang_up);
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    EXPECT_TRUE((*pusher)->flush(long_enough));
    EXPECT_EQ(server.count(), 6U);
    EXPECT_EQ(ctx::test::stat("ctx_metrics_push_failures_total"), before + 5);
}

TEST_F(OtlpPush, is_not_tried_again_when_it_was_refused) {
    for (const char* status : {"400 Bad Request", "404 Not Found", "500 x", "301 Moved"}) {
        server.then(ScriptedServer::answer(status, "Location: http://127.0.0.1:1/\r\n", "no"));
        auto pusher = OtlpPusher::start(options());
        ASSERT_TRUE(pusher.ok());
        const std::size_t before = server.count();
        EXPECT_FALSE((*pusher)->flush(long_enough)) << status;
        EXPECT_EQ(server.count(), before + 1) << status;
    }
}

TEST_F(OtlpPush, counts_and_reports_what_a_collector_rejects_of_what_it_took) {
    const auto rejected = [] { return ctx::test::stat("ctx_metrics_rejected_points_total"); };
    const HeardDiagnostics heard;
    const auto before = rejected();
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    server.then(ScriptedServer::answer(
        "200 OK", "",
        R"({"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too many labels"}})"));
    EXPECT_TRUE((*pusher)->flush(long_enough));
    EXPECT_EQ(server.count(), 1U);  // not again
    EXPECT_EQ(rejected() - before, 3U);
    EXPECT_THAT(heard.texts(), Contains(HasSubstr("rejected 3 data points of a push: too many")));
    server.then(
        ScriptedServer::answer("202 x", "", R"({"partialSuccess":{"rejectedDataPoints":2}})"));
    EXPECT_TRUE((*pusher)->flush(long_enough));
    EXPECT_EQ(rejected() - before, 5U);
}

TEST_F(OtlpPush, gives_up_when_the_time_for_all_attempts_is_over) {
    OtlpPushOptions brief = options();
    brief.export_timeout = milliseconds{20};
    brief.retry.times = 1'000'000;
    for (int i = 0; i < 20; ++i)
        server.then(ScriptedServer::answer("503 x"));
    auto pusher = OtlpPusher::start(std::move(brief));
    ASSERT_TRUE(pusher.ok());
    EXPECT_FALSE((*pusher)->flush(long_enough));
    EXPECT_LE(server.count(), 20U);
}

TEST_F(OtlpPush, gives_up_when_the_server_wishes_for_more_time_than_there_is) {
    server.then(ScriptedServer::answer("503 x", "Retry-After: 3600\r\n"));
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE((*pusher)->flush(long_enough));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
    EXPECT_EQ(server.count(), 1U);
}

TEST_F(OtlpPush, gives_up_for_this_interval_after_so_many_times) {
    OtlpPushOptions few = options();
    few.retry.times = 2;
    for (int i = 0; i < 3; ++i)
        server.then(ScriptedServer::answer("503 x"));
    auto pusher = OtlpPusher::start(std::move(few));
    ASSERT_TRUE(pusher.ok());
    EXPECT_FALSE((*pusher)->flush(long_enough));
    EXPECT_EQ(server.count(), 3U);
    EXPECT_TRUE((*pusher)->flush(long_enough));
}

TEST_F(OtlpPush, waits_as_long_as_the_server_wishes) {
    server.then(ScriptedServer::answer("503 x", "Retry-After: 3600\r\n"));
    OtlpPushOptions brief = options();
    auto pusher = OtlpPusher::start(std::move(brief));
    ASSERT_TRUE(pusher.ok());
    EXPECT_FALSE((*pusher)->flush(milliseconds{100}));  // the answer may not be there yet
    ASSERT_EQ(server.wait_for(1).size(), 1U);
    EXPECT_FALSE((*pusher)->flush(milliseconds{100}));
    const auto start = std::chrono::steady_clock::now();
    pusher->reset();  // an hour is not in time for the last push: it ends at once
    EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds{1900});
    EXPECT_EQ(server.count(), 1U);
}

TEST_F(OtlpPush, comes_when_the_wish_is_over) {
    server.then(ScriptedServer::answer("429 x", "Retry-After: 1\r\n"));
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE((*pusher)->flush(long_enough));
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds{990});
    EXPECT_EQ(server.count(), 2U);
}

TEST_F(OtlpPush, ends_in_time_although_the_server_is_silent) {
    server.then(ScriptedServer::silence);
    OtlpPushOptions brief = options();
    brief.shutdown_timeout = milliseconds{50};
    auto pusher = OtlpPusher::start(std::move(brief));
    ASSERT_TRUE(pusher.ok());
    auto flushed = std::async(std::launch::async, [&] { return (*pusher)->flush(long_enough); });
    ASSERT_EQ(server.wait_for(1).size(), 1U);  // and waits for an answer, for 10 seconds
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE((*pusher)->shutdown(milliseconds{50}));
    EXPECT_FALSE(flushed.get());
    pusher->reset();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

TEST_F(OtlpPush, times_out_and_tries_again) {
    server.then(ScriptedServer::silence);
    OtlpPushOptions brief = options();
    brief.timeout = milliseconds{20};
    auto pusher = OtlpPusher::start(std::move(brief));
    ASSERT_TRUE(pusher.ok());
    static_cast<void>((*pusher)->flush(long_enough));
    EXPECT_GE(server.wait_for(2).size(), 2U);
}

TEST_F(OtlpPush, survives_answers_that_are_no_http) {
    OtlpPushOptions few = options();
    few.retry.times = 0;
    auto pusher = OtlpPusher::start(std::move(few));
    ASSERT_TRUE(pusher.ok());
    for (const std::string& text :
         {std::string("SSH-2.0-OpenSSH\r\n"), std::string("HTTP/1.1 abc\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
          ScriptedServer::answer("503 x", "X: " + std::string(100'000, 'x') + "\r\n"),
          ScriptedServer::answer("503 x", "", std::string(100'000, 'x'))}) {
        server.then(text);
        EXPECT_FALSE((*pusher)->flush(long_enough));
    }
    EXPECT_TRUE((*pusher)->flush(long_enough));
}

TEST_F(OtlpPush, survives_a_source_that_throws) {
    auto source = std::make_shared<Throwing>();
    page->add(source);
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    EXPECT_FALSE((*pusher)->flush(long_enough));
    EXPECT_EQ(server.count(), 0U);
    source->throws = false;
    EXPECT_TRUE((*pusher)->flush(long_enough));
}

TEST_F(OtlpPush, is_part_of_flushing_and_shutting_down_everything) {
    auto pusher = OtlpPusher::start(options());
    ASSERT_TRUE(pusher.ok());
    EXPECT_TRUE(ctx::flush(long_enough));
    EXPECT_EQ(server.count(), 1U);
    EXPECT_TRUE((*pusher)->shutdown(long_enough));
    EXPECT_EQ(server.count(), 2U);
    pusher->reset();
    EXPECT_EQ(server.count(), 2U);
}

TEST_F(OtlpPush, compresses_and_sends_headers_of_the_user) {
    OtlpPushOptions packed = options();
    packed.gzip = true;
    packed.headers = {{"X-Tenant", "acme"}};
    auto pusher = OtlpPusher::start(std::move(packed));
    ASSERT_TRUE(pusher.ok());
    EXPECT_TRUE((*pusher)->flush(long_enough));
    const std::string request = server.wait_for(1).at(0);
    EXPECT_THAT(request, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_THAT(request, HasSubstr("X-Tenant: acme\r\n"));
    EXPECT_THAT(ctx::test::gunzip(body_of(request)), StartsWith("{\"resourceMetrics\":["));
}

TEST_F(OtlpPush, is_set_up_by_the_environment) {
    set("OTEL_EXPORTER_OTLP_ENDPOINT", server.url("/base/"));
    set("OTEL_METRIC_EXPORT_INTERVAL", "1");
    set("OTEL_EXPORTER_OTLP_HEADERS", " api-key = a%20b ,x=y,nothing");
    auto pusher = OtlpPusher::start({.page = page});
    ASSERT_TRUE(pusher.ok());
    std::string request = server.wait_for(1).at(0);
    EXPECT_THAT(request, StartsWith("POST /base/v1/metrics HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("api-key: a b\r\n"));
    EXPECT_THAT(request, HasSubstr("x: y\r\n"));
    pusher->reset();

    set("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", server.url("/only/this"));
    set("OTEL_METRIC_EXPORT_INTERVAL", "soon");  // passed over
    pusher = OtlpPusher::start({.page = page});
    ASSERT_TRUE(pusher.ok());
    EXPECT_TRUE((*pusher)->flush(long_enough));
    request = server.wait_for(1).back();
    EXPECT_THAT(request, StartsWith("POST /only/this HTTP/1.1\r\n"));
}

TEST_F(OtlpPush, compresses_when_the_environment_says_so) {
    const HeardDiagnostics heard;
    const auto pushed = [&] {
        auto pusher = OtlpPusher::start(options());
        const std::size_t before = server.count();
        static_cast<void>((*pusher)->shutdown(long_enough));
        return server.wait_for(before + 1).at(before);
    };
    const auto is_packed = HasSubstr("Content-Encoding: gzip\r\n");
    EXPECT_THAT(pushed(), Not(is_packed));
    set("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
    EXPECT_THAT(pushed(), is_packed);
    set("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none");
    EXPECT_THAT(pushed(), Not(is_packed));
    EXPECT_THAT(heard.texts(), Not(Contains(HasSubstr("compression"))));
    set("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "zstd");
    EXPECT_THAT(pushed(), Not(is_packed));
    EXPECT_THAT(heard.texts(), Contains(HasSubstr("not a compression of OTLP, passed over: zstd")));
}

TEST_F(OtlpPush, refuses_what_it_cannot_do) {
    OtlpPushOptions secure = options();
    secure.endpoint = "https://collector:4318/v1/metrics";
    const auto status = OtlpPusher::start(std::move(secure)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("https is not supported"));
    OtlpPushOptions split = options();
    split.headers = {{"a", "b\r\nc: d"}};
    EXPECT_EQ(OtlpPusher::start(std::move(split)).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(OtlpPusher::start({}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
