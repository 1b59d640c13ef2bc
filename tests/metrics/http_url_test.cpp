#include "metrics/http_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::detail::HttpUrl;

TEST(HttpUrl, is_taken_apart) {
    struct Case {
        const char* url;
        const char* host;
        int port;
        const char* authority;
        const char* target;
    };
    for (const Case& c :
         {Case{"http://a", "a", 80, "a", "/"},
          Case{"http://a:4318/v1/metrics", "a", 4318, "a:4318", "/v1/metrics"},
          Case{"HTTP://a/b?c=d", "a", 80, "a", "/b?c=d"}, Case{"http://a?c", "a", 80, "a", "/?c"},
          Case{"http://[::1]:80/x", "::1", 80, "[::1]:80", "/x"},
          Case{"http://[::1]", "::1", 80, "[::1]", "/"}}) {
        const auto url = HttpUrl::parse(c.url);
        ASSERT_TRUE(url.ok()) << c.url;
        EXPECT_EQ(url->host, c.host);
        EXPECT_EQ(url->port, c.port);
        EXPECT_EQ(url->authority, c.authority);
        EXPECT_EQ(url->target, c.target);
    }
}

TEST(HttpUrl, is_refused_when_it_is_none) {
    for (const char* url :
         {"", "http://", "http:///x", "a:4318", "ftp://a", "http://a:", "http://a:0",
          "http://a:65536", "http://a:8x", "http://[::1", "http://a b", "http://a/\r\nX: y",
          "http://user:secret@a", "http://a/#b", "http://[::1]x"}) {
        EXPECT_EQ(HttpUrl::parse(url).status().code(), absl::StatusCode::kInvalidArgument) << url;
    }
    EXPECT_EQ(HttpUrl::parse("http://u:secret@a").status().message().find("secret"),
              absl::string_view::npos);
    EXPECT_THAT(std::string(HttpUrl::parse("https://a").status().message()),
                testing::HasSubstr("https is not supported"));
}

TEST(HttpHeaders, that_would_become_two_are_refused) {
    EXPECT_TRUE(ctx::detail::check_headers({{"X-Key", "a b\tc"}}).ok());
    for (const auto& header : {std::pair<std::string, std::string>{"a", "b\r\nc: d"},
                               {"a:", "b"},
                               {"", "b"},
                               {"a b", "c"},
                               {"a", "\n"}}) {
        EXPECT_FALSE(ctx::detail::check_headers({header}).ok());
    }
}

}  // namespace
