#include <ctx/metrics/info.hpp>
#include <ctx/metrics/page.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::InfoFamily;
using ctx::PageFormat;

TEST(InfoFamily, shows_its_labels_on_one_sample) {
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(*InfoFamily::create(
        {.name = "build_info",
         .help = "What runs.",
         .labels = {{"version", "1.\"4\""}, {"empty", ""}, {"bytes", "\xff"}}}));
    EXPECT_EQ(page.render(PageFormat::openmetrics_1_0_0),
              "# TYPE build info\n# HELP build What runs.\n"
              "build_info{version=\"1.\\\"4\\\"\",bytes=\"\xEF\xBF\xBD\"} 1\n# EOF\n");
    EXPECT_EQ(page.render(PageFormat::text),
              "# TYPE build_info gauge\n# HELP build_info What runs.\n"
              "build_info{version=\"1.\\\"4\\\"\",bytes=\"\xEF\xBF\xBD\"} 1\n");
}

TEST(InfoFamily, refuses_what_would_spoil_the_page) {
    for (const ctx::InfoOptions& options : {ctx::InfoOptions{.name = "9"},
                                            {.name = "a", .help = "\xff"},
                                            {.name = "a", .labels = {{"a-b", "1"}}},
                                            {.name = "a", .labels = {{"__x", "1"}}},
                                            {.name = "a", .labels = {{"x", "1"}, {"x", "2"}}}}) {
        const auto refused = InfoFamily::create(options);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
        EXPECT_EQ(refused.status().message().substr(0, 7), "family ");
    }
}

}  // namespace
