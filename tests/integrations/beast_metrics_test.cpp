#include <ctx/integrations/beast_metrics.hpp>
#include <ctx/metrics/gauge.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

http::request<http::empty_body> request(http::verb method, unsigned version = 11) {
    return {method, "/metrics", version};
}

class BeastMetrics : public testing::Test {
protected:
    BeastMetrics() {
        page.add(depth);
        depth->with({std::string(3000, 'q')}).set(3);
    }

    /// A server for one connection, which answers all of its requests.
    void serve(tcp::acceptor& acceptor) {
        tcp::socket socket = acceptor.accept();
        boost::beast::flat_buffer buffer;
        boost::system::error_code error;
        for (bool open = true; open;) {
            http::request<http::empty_body> scrape;
            http::read(socket, buffer, scrape, error);
            if (error) return;
            const auto response = ctx::metrics_response(page, scrape);
            http::write(socket, response, error);
            open = response.keep_alive() && !error;
        }
    }

    std::shared_ptr<ctx::GaugeFamily> depth =
        *ctx::GaugeFamily::create({.name = "depth", .help = "", .labels = {"queue"}});
    ctx::MetricsPage page{{.self_metrics = false}};
};

TEST_F(BeastMetrics, are_a_response_in_the_clients_format) {
    auto scrape = request(http::verb::get);
    scrape.insert(http::field::accept, "text/html");
    scrape.insert(http::field::accept, "application/openmetrics-text;version=1.0.0");
    const auto response = ctx::metrics_response(page, scrape);
    EXPECT_EQ(response.result(), http::status::ok);
    EXPECT_EQ(response.version(), 11U);
    EXPECT_TRUE(response.keep_alive());
    EXPECT_EQ(response[http::field::content_type],
              "application/openmetrics-text; version=1.0.0; charset=utf-8");
    EXPECT_EQ(response[http::field::vary], "Accept, Accept-Encoding");
    EXPECT_EQ(response[http::field::content_length], std::to_string(response.body().size()));
    EXPECT_TRUE(response.body().ends_with("\"} 3\n# EOF\n"));
}

TEST_F(BeastMetrics, are_compressed_when_the_client_accepts_it) {
    auto scrape = request(http::verb::get);
    scrape.set(http::field::accept_encoding, "gzip");
    const auto response = ctx::metrics_response(page, scrape);
    EXPECT_EQ(response[http::field::content_encoding], "gzip");
    EXPECT_TRUE(response.body().starts_with("\x1f\x8b"));
    EXPECT_EQ(response[http::field::content_length], std::to_string(response.body().size()));
}

TEST_F(BeastMetrics, copy_version_and_keep_alive_of_the_request) {
    auto old = request(http::verb::get, 10);
    EXPECT_EQ(ctx::metrics_response(page, old).version(), 10U);
    EXPECT_FALSE(ctx::metrics_response(page, old).keep_alive());
    auto closing = request(http::verb::get);
    closing.keep_alive(false);
    EXPECT_FALSE(ctx::metrics_response(page, closing).keep_alive());
}

TEST_F(BeastMetrics, are_refused_to_other_methods) {
    const auto response = ctx::metrics_response(page, request(http::verb::post));
    EXPECT_EQ(response.result(), http::status::method_not_allowed);
    EXPECT_EQ(response[http::field::allow], "GET, HEAD");
    EXPECT_EQ(response[http::field::content_length], "0");
    http::request<http::empty_body> odd;
    odd.method_string("BREW");
    EXPECT_EQ(ctx::metrics_response(page, odd).result(), http::status::method_not_allowed);
}

TEST_F(BeastMetrics, go_over_one_connection_also_after_head) {
    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    std::thread server{[&] { serve(acceptor); }};
    tcp::socket socket{io};
    socket.connect(acceptor.local_endpoint());
    http::write(socket, request(http::verb::head));
    http::write(socket, request(http::verb::get));
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> head;
    head.skip(true);
    http::read(socket, buffer, head);
    http::response<http::string_body> get;
    auto last = request(http::verb::get);
    http::read(socket, buffer, get);
    EXPECT_EQ(head.get()[http::field::content_length], get[http::field::content_length]);
    EXPECT_TRUE(get.body().ends_with("\"} 3\n"));

    // A client that has closed its half gets its answer, too.
    last.keep_alive(false);
    http::write(socket, last);
    socket.shutdown(tcp::socket::shutdown_send);
    http::response<http::string_body> after;
    http::read(socket, buffer, after);
    EXPECT_EQ(after.body(), get.body());
    server.join();
}

}  // namespace
