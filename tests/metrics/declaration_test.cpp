#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/gauge.hpp>
#include <ctx/metrics/histogram.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace {

using testing::HasSubstr;

class Declaration : public testing::Test {
protected:
    Declaration() { ctx::test::publish_test_fields(); }

    template <typename Family, typename Options>
    static std::string refusal(Options options) {
        const auto made = Family::create(std::move(options));
        return made.ok() ? "accepted" : std::string(made.status().message());
    }
    static std::string counter(ctx::CounterOptions options) {
        return refusal<ctx::CounterFamily>(std::move(options));
    }
    static std::string histogram(ctx::HistogramOptions options) {
        return refusal<ctx::HistogramFamily>(std::move(options));
    }
};

TEST_F(Declaration, accepts_what_is_right) {
    EXPECT_EQ(counter({.name = "cpu_seconds_total",
                       .help = "CPU.",
                       .unit = "seconds",
                       .labels = {"route"},
                       .dimensions = {ctx::Dimension{"customer"}}}),
              "accepted");
    EXPECT_EQ(histogram({.name = "wait_seconds", .help = "Wait.", .unit = "seconds"}), "accepted");
    EXPECT_EQ(refusal<ctx::GaugeFamily>(ctx::GaugeOptions{.name = "depth", .help = ""}),
              "accepted");
}

TEST_F(Declaration, refuses_names_that_servers_refuse) {
    for (const char* name : {"", "9lives", "a-b", "a b", "caf\xC3\xA9", "total{", "_total"}) {
        EXPECT_THAT(counter({.name = name, .help = ""}), HasSubstr("the name is not")) << name;
    }
    for (const char* label : {"", "a:b", "9", "a-b", "__x"}) {
        EXPECT_THAT(counter({.name = "a", .help = "", .labels = {label}}), HasSubstr("label"));
    }
}

TEST_F(Declaration, refuses_labels_that_belong_to_others) {
    EXPECT_THAT(histogram({.name = "a", .help = "", .labels = {"le"}}), HasSubstr("label le"));
    EXPECT_THAT(counter({.name = "a", .help = "", .labels = {"x", "x"}}), HasSubstr("twice"));
    EXPECT_THAT(counter({.name = "a",
                         .help = "",
                         .labels = {"customer"},
                         .dimensions = {ctx::Dimension{"customer"}}}),
                HasSubstr("label customer is declared twice"));
}

TEST_F(Declaration, refuses_units_that_the_name_does_not_end_in) {
    EXPECT_THAT(counter({.name = "cpu_total", .help = "", .unit = "seconds"}),
                HasSubstr("_seconds"));
    EXPECT_THAT(histogram({.name = "seconds", .help = "", .unit = "seconds"}),
                HasSubstr("_seconds"));
}

TEST_F(Declaration, refuses_dimensions_that_nobody_granted) {
    for (const ctx::Dimension& dimension : {ctx::Dimension{"unheard"}, ctx::Dimension{"session"}}) {
        const auto made =
            ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = {dimension}});
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_THAT(std::string(made.status().message()), HasSubstr(dimension.key()));
    }
}

TEST_F(Declaration, refuses_contradictions_in_a_dimension) {
    EXPECT_THAT(
        counter(
            {.name = "a", .help = "", .dimensions = {ctx::Dimension{"customer"}.max_bytes(65)}}),
        HasSubstr("max_bytes"));
    EXPECT_THAT(counter({.name = "a",
                         .help = "",
                         .dimensions = {ctx::Dimension{"customer"}.overflow_value("")}}),
                HasSubstr("overflow"));
    EXPECT_THAT(counter({.name = "a",
                         .help = "",
                         .dimensions = {ctx::Dimension{"customer"}, ctx::Dimension{"customer"}}}),
                HasSubstr("twice"));
}

TEST_F(Declaration, refuses_exemplar_extras_that_nobody_granted) {
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"secret"}}}),
                HasSubstr("secret"));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"unheard"}}}),
                HasSubstr("unheard"));
    EXPECT_THAT(histogram({.name = "a",
                           .help = "",
                           .dimensions = {ctx::Dimension{"customer"}},
                           .exemplars = {.extras = {"customer"}}}),
                HasSubstr("dimension already"));
}

TEST_F(Declaration, refuses_exemplar_extras_that_log_lines_hide) {
    ctx::publish_fields(
        *ctx::FieldSet::create({ctx::Field{"hashed"}.log(ctx::LogPolicy::hash),
                                ctx::Field{"masked"}.log(ctx::LogPolicy::mask),
                                ctx::Field{"both"}.log(ctx::LogPolicy::hash).label("both")}));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"hashed"}}}),
                HasSubstr("hashed"));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"masked"}}}),
                HasSubstr("masked"));
    EXPECT_EQ(histogram({.name = "a", .help = "", .exemplars = {.extras = {"both"}}}), "accepted");
}

TEST_F(Declaration, refuses_exemplar_extras_that_would_have_a_label_twice) {
    ctx::publish_fields(*ctx::FieldSet::create(
        {ctx::Field{"own"}.log().log_as("trace_id"), ctx::Field{"dotted"}.log().log_as("a.b"),
         ctx::Field{"dashed"}.log().log_as("a-b"), ctx::Field{"bound"}.log().log_as("le")}));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"bound"}}}),
                HasSubstr("label le is taken"));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"own"}}}),
                HasSubstr("trace_id"));
    EXPECT_THAT(histogram({.name = "a", .help = "", .exemplars = {.extras = {"dotted", "dashed"}}}),
                HasSubstr("a_b"));
    EXPECT_THAT(
        histogram(
            {.name = "a", .help = "", .labels = {"a_b"}, .exemplars = {.extras = {"dotted"}}}),
        HasSubstr("a_b"));
    EXPECT_EQ(histogram({.name = "a", .help = "", .exemplars = {.extras = {"dotted"}}}),
              "accepted");
}

TEST_F(Declaration, refuses_bounds_that_are_no_ladder) {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& bounds :
         {std::vector<double>{1, 1}, {2, 1}, {1, infinity}, {std::nan("")}}) {
        EXPECT_THAT(histogram({.name = "a", .help = "", .bounds = bounds}), HasSubstr("bounds"));
    }
}

TEST_F(Declaration, warns_when_a_histogram_may_fill_the_page) {
    static std::string heard;
    heard.clear();
    ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { heard = std::string(d.message); });
    EXPECT_EQ(histogram({.name = "a", .help = "", .dimensions = {ctx::Dimension{"customer"}}}),
              "accepted");
    EXPECT_EQ(heard, "");
    EXPECT_EQ(histogram({.name = "a",
                         .help = "",
                         .dimensions = {ctx::Dimension{"customer"}, ctx::Dimension{"tier"}}}),
              "accepted");
    ctx::set_diagnostics_handler(nullptr);
    EXPECT_THAT(heard, HasSubstr("samples per scrape"));
}

}  // namespace
