#include "metrics/gunzip.hpp"
#include "metrics/http_client.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/metrics/civet_handler.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using ctx::test::ask;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Civet : public testing::Test {
protected:
    Civet() {
        source->filler = 5000;
        page->add(source);
        server.addHandler("/metrics", handler);
        port = server.getListeningPorts().at(0);
    }

    std::shared_ptr<ctx::test::ScriptedSource> source =
        std::make_shared<ctx::test::ScriptedSource>();
    std::shared_ptr<ctx::MetricsPage> page = std::make_shared<ctx::MetricsPage>(
        ctx::MetricsPageOptions{.self_metrics = false, .share_for = std::chrono::milliseconds{0}});
    ctx::CivetMetricsHandler handler{page};
    CivetServer server{
        std::vector<std::string>{"listening_ports", "127.0.0.1:0", "num_threads", "2"}};
    int port = 0;
};

TEST_F(Civet, serves_the_page_in_the_format_and_encoding_of_the_client) {
    const std::string text = ask(port, "/metrics");
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(text, HasSubstr("Vary: Accept, Accept-Encoding\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("Content-Encoding")));
    EXPECT_TRUE(text.ends_with("\nwrites 1\n"));

    const std::string packed =
        ask(port, "/metrics",
            "Accept: application/openmetrics-text;version=1.0.0\r\nAccept-Encoding: gzip\r\n");
    EXPECT_THAT(packed, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(ctx::test::body_of(packed).ends_with("\nwrites 2\n# EOF\n"));
}

TEST_F(Civet, reads_a_header_that_comes_in_two_lines) {
    const std::string answer = ask(port, "/metrics",
                                   "Accept-Encoding: deflate\r\nAccept-Encoding: gzip\r\n"
                                   "Accept: text/html\r\n"
                                   "ACCEPT: application/openmetrics-text;version=1.0.0\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(ctx::test::body_of(answer).ends_with("# EOF\n"));
}

TEST_F(Civet, answers_its_path_and_its_methods_only) {
    EXPECT_THAT(ask(port, "/metrics/x"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(port, "/metrics/"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(port, "/metricsx"), StartsWith("HTTP/1.1 404"));
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
        const std::string answer = ask(port, "/metrics", "Content-Length: 0\r\n", method);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
        EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n")) << method;
    }
    const std::string get = ask(port, "/metrics");
    const std::string head = ask(port, "/metrics", {}, "HEAD");
    EXPECT_EQ(head, get.substr(0, get.find("\r\n\r\n") + 4));
}

TEST_F(Civet, answers_a_client_that_has_closed_its_half) {
    ctx::test::Connection connection{port};
    connection.send(ctx::test::request_text("GET", "/metrics", ""));
    connection.close_half();
    EXPECT_TRUE(connection.read_all().ends_with("\nwrites 1\n"));
}

TEST_F(Civet, survives_clients_that_leave_in_the_middle) {
    for (const std::string& text : {std::string("GET /metr"), std::string("\0\0\0\0", 4),
                                    ctx::test::request_text("GET", "/metrics", "")}) {
        ctx::test::Connection connection{port};
        connection.send(text);
    }
    EXPECT_THAT(ask(port, "/metrics"), StartsWith("HTTP/1.1 200"));
}

TEST_F(Civet, answers_500_when_the_page_fails) {
    source->before_write = [] { throw std::runtime_error("gone"); };
    EXPECT_THAT(ask(port, "/metrics"), StartsWith("HTTP/1.1 500"));
}

}  // namespace
