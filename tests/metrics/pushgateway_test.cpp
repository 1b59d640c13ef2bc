#include "metrics/http_server.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/metrics/pushgateway.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace {

using ctx::Pushgateway;
using ctx::test::ScriptedServer;
using testing::HasSubstr;
using testing::StartsWith;

std::string url_of(std::string job, std::vector<std::pair<std::string, std::string>> grouping) {
    auto gateway = Pushgateway::create(
        {.endpoint = "http://g:9091/", .job = std::move(job), .grouping = std::move(grouping)});
    return gateway.ok() ? gateway->url() : std::string(gateway.status().message());
}

TEST(PushgatewayUrl, names_the_group) {
    EXPECT_EQ(url_of("backup", {}), "http://g:9091/metrics/job/backup");
    EXPECT_EQ(url_of("a b%?", {{"host", "db-1.x"}}),
              "http://g:9091/metrics/job/a%20b%25%3F/host/db-1.x");
    EXPECT_EQ(url_of("\xc3\xa9", {}), "http://g:9091/metrics/job/%C3%A9");
    EXPECT_EQ(url_of("directory/cleaner", {{"path", "/var/tmp"}}),
              "http://g:9091/metrics/job@base64/ZGlyZWN0b3J5L2NsZWFuZXI/path@base64/L3Zhci90bXA");
    EXPECT_EQ(url_of("j", {{"empty", ""}, {"up", ".."}}),
              "http://g:9091/metrics/job/j/empty@base64/=/up@base64/Li4");
}

TEST(PushgatewayUrl, is_refused_when_it_names_none) {
    EXPECT_FALSE(Pushgateway::create({.endpoint = "http://g", .job = ""}).ok());
    EXPECT_FALSE(Pushgateway::create({.endpoint = "https://g", .job = "j"}).ok());
    EXPECT_FALSE(Pushgateway::create({.endpoint = "", .job = "j"}).ok());
    for (const char* name : {"", "job", "__name__", "a-b", "1a", "a/b"}) {
        EXPECT_FALSE(
            Pushgateway::create({.endpoint = "http://g", .job = "j", .grouping = {{name, "v"}}})
                .ok())
            << name;
    }
}

class PushgatewayTest : public testing::Test {
protected:
    PushgatewayTest() { page.add(std::make_shared<ctx::test::ScriptedSource>()); }

    ctx::MetricsPage page{{.self_metrics = false}};
    ScriptedServer server;
    Pushgateway gateway = *Pushgateway::create({.endpoint = server.url(), .job = "backup"});
};

TEST_F(PushgatewayTest, is_put_posted_and_deleted) {
    server.then(ScriptedServer::answer("202 Accepted"));
    EXPECT_TRUE(gateway.replace(page).ok());
    EXPECT_TRUE(gateway.add(page).ok());
    EXPECT_TRUE(gateway.remove().ok());
    const auto requests = server.wait_for(3);
    ASSERT_EQ(requests.size(), 3U);
    EXPECT_THAT(requests[0], StartsWith("PUT /metrics/job/backup HTTP/1.1\r\n"));
    EXPECT_THAT(requests[0],
                HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_TRUE(requests[0].ends_with("\r\n\r\n# TYPE writes gauge\nwrites 1\n"));
    EXPECT_THAT(requests[1], StartsWith("POST /metrics/job/backup HTTP/1.1\r\n"));
    EXPECT_TRUE(requests[1].ends_with("\nwrites 2\n"));
    EXPECT_THAT(requests[2], StartsWith("DELETE /metrics/job/backup HTTP/1.1\r\n"));
    EXPECT_TRUE(requests[2].ends_with("\r\n\r\n"));
}

TEST_F(PushgatewayTest, says_which_answer_came) {
    server.then(ScriptedServer::answer("400 Bad Request", "", "pushed metrics are invalid"));
    const absl::Status refused = gateway.replace(page);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("400 pushed metrics are invalid"));
    server.then(ScriptedServer::answer("500 Oops"));
    EXPECT_EQ(gateway.add(page).code(), absl::StatusCode::kUnavailable);
    server.then(ScriptedServer::hang_up);
    EXPECT_EQ(gateway.remove().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PushgatewayTest, does_not_wait_for_ever) {
    server.then(ScriptedServer::silence);
    const auto hasty = Pushgateway::create(
        {.endpoint = server.url(), .job = "j", .timeout = std::chrono::milliseconds{20}});
    EXPECT_EQ(hasty->replace(page).code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
