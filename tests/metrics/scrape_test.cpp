#include "metrics/gunzip.hpp"
#include "metrics/requests.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/metrics/gauge.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/scrape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using ctx::ContentEncoding;
using ctx::ScrapeAnswer;
using ctx::test::ScriptedSource;
using testing::ElementsAre;
using testing::Pair;

struct Case {
    std::string_view header;
    ContentEncoding expected;
};

constexpr auto identity = ContentEncoding::identity;
constexpr auto gzip = ContentEncoding::gzip;
constexpr auto only_gzip = ContentEncoding::only_gzip;

TEST(AcceptEncoding, is_read_as_rfc_9110_says) {
    for (const auto& [header, expected] : {
             Case{"", identity},
             Case{"gzip", gzip},
             Case{"GZip", gzip},
             Case{"x-gzip", gzip},
             Case{"gzip, deflate, br", gzip},
             Case{"deflate, br;q=0.9, gzip;q=0.1", gzip},
             Case{"deflate", identity},
             Case{"gzip;q=0", identity},
             Case{"gzip;q=0.0", identity},
             Case{"gzip;q=0.000", identity},
             Case{"gzip ; q=0", identity},
             Case{"gzip;Q=0", identity},
             Case{"gzip;q=0.001", gzip},
             Case{"gzip;q=1.000", gzip},
             Case{"*", gzip},
             Case{"*;q=0.5", gzip},
             Case{"*;q=0", identity},
             Case{"gzip;q=0, *", identity},
             Case{"gzip, *;q=0", only_gzip},
             Case{"identity", identity},
             Case{"identity;q=0", identity},
             Case{"identity;q=0, gzip", only_gzip},
             Case{"identity;q=0, *", only_gzip},
             Case{"identity;q=0.5, *;q=0, gzip;q=0.5", gzip},
             Case{"identity, gzip;q=0.5", identity},
             Case{"identity;q=0.4, gzip;q=0.5", gzip},
             Case{"gzip, gzip;q=0", identity},
             Case{"gzip;foo=bar;q=0", identity},
         }) {
        EXPECT_EQ(ctx::negotiate_encoding(header), expected) << header;
    }
}

TEST(AcceptEncoding, passes_over_what_is_malformed) {
    for (const std::string_view header :
         {"gzip;q=",     "gzip;q",     "gzip;q=2",   "gzip;q=1.001", "gzip;q=-1", "gzip;q=0.0001",
          "gzip;q=0,5;", "gzip;q=nan", "gzip;q=1e0", "gzi",          "gzipp",     "g zip",
          "\"gzip\"",    "gzip\r",     ",,,;;;==",   ";q=1",         "\"",        "\"gzip, gzip",
          "gzip\\",      "*gzip",      "**"}) {
        EXPECT_EQ(ctx::negotiate_encoding(header), identity) << header;
    }
    EXPECT_EQ(ctx::negotiate_encoding("deflate;q=x, gzip"), gzip);
    EXPECT_EQ(ctx::negotiate_encoding(", ,gzip ,,"), gzip);
}

TEST(AcceptEncoding, looks_at_no_more_than_four_kilobytes) {
    EXPECT_EQ(ctx::negotiate_encoding(std::string(4000, ',') + "gzip"), gzip);
    EXPECT_EQ(ctx::negotiate_encoding(std::string(5000, ',') + "gzip"), identity);
    std::string long_list;
    while (long_list.size() < 1'000'000)
        long_list += "\"\\,;q=";
    EXPECT_EQ(ctx::negotiate_encoding(long_list), identity);
}

class Scrape : public testing::Test {
protected:
    Scrape() { reset({}); }

    void reset(ctx::MetricsPageOptions options) {
        options.self_metrics = false;
        options.share_for = std::chrono::milliseconds{0};
        page = std::make_unique<ctx::MetricsPage>(std::move(options));
        page->add(source);
    }

    std::shared_ptr<ScriptedSource> source = std::make_shared<ScriptedSource>();
    std::unique_ptr<ctx::MetricsPage> page;
};

TEST_F(Scrape, is_answered_with_all_that_a_server_has_to_send) {
    const ScrapeAnswer answer = page->answer({});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.reason, "OK");
    EXPECT_TRUE(answer.with_body);
    EXPECT_EQ(*answer.body, "# TYPE writes gauge\nwrites 1\n");
    EXPECT_THAT(
        answer.headers(),
        ElementsAre(Pair("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                    Pair("Vary", "Accept, Accept-Encoding"), Pair("Cache-Control", "no-store")));

    const ScrapeAnswer open = page->answer({.accept = "application/openmetrics-text"});
    EXPECT_EQ(open.content_type, "application/openmetrics-text; version=0.0.1; charset=utf-8");
    EXPECT_TRUE(open.body->ends_with("# EOF\n"));
}

TEST_F(Scrape, with_head_is_answered_like_get_without_the_body) {
    source->filler = 2000;
    const ScrapeAnswer get = page->answer({.accept_encoding = "gzip"});
    const ScrapeAnswer head = page->answer({.method = "HEAD", .accept_encoding = "gzip"});
    EXPECT_EQ(head.status, 200);
    EXPECT_FALSE(head.with_body);
    EXPECT_EQ(head.body->size(), get.body->size());
    EXPECT_THAT(head.headers(), testing::ElementsAreArray(get.headers()));
}

TEST_F(Scrape, with_another_method_is_refused) {
    for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "", "GET "}) {
        const ScrapeAnswer answer = page->answer({.method = method});
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_EQ(answer.reason, "Method Not Allowed");
        EXPECT_EQ(*answer.body, "");
        EXPECT_THAT(answer.headers(),
                    ElementsAre(Pair("Cache-Control", "no-store"), Pair("Allow", "GET, HEAD")));
    }
    EXPECT_EQ(source->writes(), 0U);
}

TEST_F(Scrape, is_compressed_for_who_accepts_it) {
    source->filler = 200'000;
    const ScrapeAnswer answer = page->answer({.accept_encoding = "deflate, gzip;q=0.5"});
    EXPECT_EQ(answer.content_encoding, "gzip");
    EXPECT_THAT(
        answer.headers(),
        ElementsAre(Pair("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                    Pair("Content-Encoding", "gzip"), Pair("Vary", "Accept, Accept-Encoding"),
                    Pair("Cache-Control", "no-store")));
    EXPECT_LT(answer.body->size(), 10'000U);
    const std::string plain = *page->answer({}).body;
    std::string unpacked = ctx::test::gunzip(*answer.body);
    ASSERT_GT(unpacked.size(), 200'000U);
    EXPECT_TRUE(unpacked.ends_with("\nwrites 1\n"));
    unpacked.replace(unpacked.size() - 2, 1, "2");
    EXPECT_EQ(unpacked, plain);
}

TEST_F(Scrape, of_a_page_that_does_not_compress_arrives_whole) {
    std::string random(300'000, '\0');  // bytes that a generator made, so that zlib needs its room
    std::uint32_t state = 1;
    for (char& c : random) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>('!' + (state >> 24) % 90);
    }
    auto gauge = *ctx::GaugeFamily::create({.name = "noise", .help = "", .labels = {"text"}});
    gauge->with({random}).set(1);
    page->add(gauge);
    const ScrapeAnswer answer = page->answer({.accept_encoding = "gzip"});
    EXPECT_EQ(answer.content_encoding, "gzip");
    const std::string unpacked = ctx::test::gunzip(*answer.body);
    EXPECT_TRUE(unpacked.ends_with("\"} 1\n"));
    EXPECT_GT(unpacked.size(), 300'000U);
}

TEST_F(Scrape, of_a_small_page_is_compressed_only_when_it_must_be) {
    EXPECT_EQ(page->answer({.accept_encoding = "gzip"}).content_encoding, "");
    const ScrapeAnswer forced = page->answer({.accept_encoding = "gzip, identity;q=0"});
    EXPECT_EQ(forced.content_encoding, "gzip");
    EXPECT_EQ(ctx::test::gunzip(*forced.body), "# TYPE writes gauge\nwrites 2\n");
}

TEST_F(Scrape, is_never_compressed_when_that_is_switched_off) {
    reset({.gzip = false});
    source->filler = 200'000;
    for (const std::string_view header : {"gzip", "gzip, identity;q=0", "*"}) {
        const ScrapeAnswer answer = page->answer({.accept_encoding = header});
        EXPECT_EQ(answer.content_encoding, "");
        EXPECT_TRUE(answer.body->starts_with("# TYPE"));
    }
}

TEST_F(Scrape, of_a_source_that_throws_is_a_500_and_counted) {
    const auto before = ctx::test::stat("ctx_metrics_failed_scrapes_total");
    source->before_write = [] { throw std::runtime_error("registry is gone"); };
    const ScrapeAnswer answer = page->answer({});
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(*answer.body, "");
    source->before_write = [] { throw 42; };
    EXPECT_EQ(page->answer({}).status, 500);
    EXPECT_EQ(ctx::test::stat("ctx_metrics_failed_scrapes_total"), before + 2);
    source->before_write = [] {};
    EXPECT_EQ(page->answer({}).status, 200);
}

}  // namespace
