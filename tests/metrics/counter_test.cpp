#include "metrics/requests.hpp"
#include "support/seats_reader.hpp"
#include <ctx/metrics/counter.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <malloc.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

namespace {

using ctx::test::Labels;
using ctx::test::request_with;
using ctx::test::stat;
using ctx::test::sum_of;
using ctx::test::value_of;
using testing::HasSubstr;

class CounterWithDimensions : public testing::Test {
protected:
    CounterWithDimensions() { ctx::test::publish_test_fields(); }

    static std::shared_ptr<ctx::CounterFamily> make(std::vector<ctx::Dimension> dimensions,
                                                    std::size_t max_series = 2000) {
        auto family = ctx::CounterFamily::create({.name = "rides_total",
                                                  .help = "Rides.",
                                                  .labels = {"outcome"},
                                                  .dimensions = std::move(dimensions),
                                                  .max_series = max_series});
        EXPECT_TRUE(family.ok()) << family.status();
        return *family;
    }

    static void ride(ctx::Counter& counter, std::string_view customer) {
        ctx::Scope scope{request_with({{"customer", customer}})};
        counter.add();
    }
};

TEST(Rows, pay_for_the_sets_they_have_and_not_for_a_flood_elsewhere) {
    ctx::test::publish_test_fields();
    auto family = *ctx::CounterFamily::create(
        {.name = "a", .help = "", .labels = {"route"}, .dimensions = {ctx::Dimension{"customer"}}});
    ctx::Counter flooded = family->with({"flooded"});
    for (int i = 0; i < 8000; ++i) {
        ctx::Scope scope{request_with({{"customer", "c" + std::to_string(i)}})};
        flooded.add();
    }
    ctx::Scope scope{request_with({{"customer", "late"}})};
    const auto before = mallinfo2().uordblks;
    for (int i = 0; i < 100; ++i) {
        ctx::Counter counter = family->with({"route " + std::to_string(i)});
        counter.add();
        counter.add();
    }
    EXPECT_LT(mallinfo2().uordblks - before, 400'000U);
    EXPECT_EQ(sum_of(*family), 8000 + 200);
}

TEST(Counter, refuses_an_amount_that_was_negative_before_it_became_unsigned) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = ""});
    ctx::Counter counter = family->with();
    counter.add(5);
    counter.add(static_cast<std::uint64_t>(-1));
    EXPECT_EQ(ctx::test::sum_of(*family), 5);
}

TEST(Counter, counts_whole_numbers_exactly_and_fractions_too) {
    auto family = *ctx::CounterFamily::create({.name = "bytes", .help = "Bytes."});
    ctx::Counter bytes = family->with();
    bytes.add(std::uint64_t{1} << 53U);
    bytes.add();
    EXPECT_EQ(value_of(*family, {}), std::ldexp(1.0, 53));
    bytes.add(0.5);
    bytes.add(0.25F);
    bytes.add(3);
    EXPECT_DOUBLE_EQ(value_of(*family, {}), std::ldexp(1.0, 53) + 4.75);
}

TEST(Counter, drops_and_counts_what_would_make_it_fall) {
    auto family = *ctx::CounterFamily::create({.name = "bytes_total", .help = "Bytes."});
    ctx::Counter bytes = family->with();
    const auto before = stat("ctx_metrics_invalid_observations_total");
    bytes.add(-1);
    bytes.add(-0.5);
    bytes.add(std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(value_of(*family, {}), 0);
    EXPECT_EQ(stat("ctx_metrics_invalid_observations_total") - before, 3U);
}

TEST(Counter, shows_at_zero_before_the_first_increment) {
    auto plain = *ctx::CounterFamily::create({.name = "a_total", .help = "A."});
    EXPECT_EQ(plain->series_count(), 1U);
    auto labelled = *ctx::CounterFamily::create({.name = "b_total", .help = "", .labels = {"x"}});
    EXPECT_EQ(labelled->series_count(), 0U);
    static_cast<void>(labelled->with({"1"}));
    EXPECT_EQ(value_of(*labelled, {{"x", "1"}}), 0);
}

TEST(Counter, keeps_its_family_alive) {
    auto family = *ctx::CounterFamily::create({.name = "a_total", .help = "A."});
    const std::weak_ptr<ctx::CounterFamily> watched = family;
    {
        ctx::Counter counter = family->with();
        family.reset();
        ASSERT_FALSE(watched.expired());
        counter.add();
        EXPECT_EQ(value_of(*watched.lock(), {}), 1);
    }
    EXPECT_TRUE(watched.expired());
}

TEST(Counter, mends_label_values_and_reports_a_wrong_number_of_them) {
    static std::string heard;
    ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { heard = std::string(d.message); });
    auto family =
        *ctx::CounterFamily::create({.name = "a_total", .help = "", .labels = {"x", "y"}});
    family->with({"\xff", "2"}).add();
    EXPECT_EQ(value_of(*family, {{"x", "\xEF\xBF\xBD"}, {"y", "2"}}), 1);
    EXPECT_EQ(heard, "");
    family->with({"1"}).add();
    EXPECT_EQ(value_of(*family, {{"x", "1"}}), 1);  // an empty label is no label
    EXPECT_THAT(heard, HasSubstr("1 values for 2 labels"));
    ctx::set_diagnostics_handler(nullptr);
}

TEST_F(CounterWithDimensions, takes_the_label_from_the_current_request) {
    auto family = make({ctx::Dimension{"customer"}, ctx::Dimension{"tier"}});
    ctx::Counter ok = family->with({"ok"});
    {
        ctx::Scope scope{request_with({{"customer", "c1"}, {"tier", "gold"}, {"secret", "s"}})};
        ok.add();
        ok.add();
    }
    {
        ctx::Scope scope{request_with({{"customer", "c2"}})};
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 2U);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c1"}, {"tier", "gold"}}), 2);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c2"}, {"tier", "basic"}}), 1);
}

TEST_F(CounterWithDimensions, shows_the_default_where_no_request_says_otherwise) {
    auto family = make({ctx::Dimension{"customer"}.default_value("none")});
    ctx::Counter ok = family->with({"ok"});
    ok.add();  // no context at all
    {
        ctx::Scope scope{ctx::Context{}.with_span(ctx::test::known_span())};
        ok.add();  // no baggage
    }
    {
        ctx::Scope scope{request_with({{"tier", "gold"}})};
        ok.add();  // no customer
    }
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "none"}}), 3);
    EXPECT_EQ(family->series_count(), 1U);
}

TEST_F(CounterWithDimensions, child_spans_count_for_the_same_customer) {
    auto family = make({ctx::Dimension{"customer"}});
    ctx::Counter ok = family->with({"ok"});
    const ctx::Context request = request_with({{"customer", "c1"}});
    {
        ctx::Scope scope{request};
        ok.add();
        ctx::Scope child{request.with_span(ctx::test::known_span())};
        ok.add();
    }
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c1"}}), 2);
}

TEST_F(CounterWithDimensions, folds_only_the_offending_label_into_other) {
    auto family = make({ctx::Dimension{"customer"}.at_most(2), ctx::Dimension{"tier"}});
    ctx::Counter ok = family->with({"ok"});
    for (const char* customer : {"c1", "c2", "c3", "c4", "c1"}) {
        ctx::Scope scope{request_with({{"customer", customer}, {"tier", "gold"}})};
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 3U);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c1"}, {"tier", "gold"}}), 2);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "other"}, {"tier", "gold"}}), 2);
}

TEST_F(CounterWithDimensions, keeps_reserved_values_out_of_the_race_for_places) {
    auto family = make({ctx::Dimension{"customer"}.at_most(1).always({"vip"}),
                        ctx::Dimension{"tier"}.one_of({"gold", "basic"})});
    ctx::Counter ok = family->with({"ok"});
    for (const char* customer : {"c1", "c2", "vip"}) {
        ctx::Scope scope{request_with({{"customer", customer}, {"tier", "made-up"}})};
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 3U);
    for (const char* customer : {"c1", "other", "vip"}) {
        const Labels labels{{"outcome", "ok"}, {"customer", customer}, {"tier", "other"}};
        EXPECT_EQ(value_of(*family, labels), 1) << customer;
    }
}

TEST_F(CounterWithDimensions, values_that_are_too_long_or_no_text_count_as_other) {
    auto family = make({ctx::Dimension{"customer"}.max_bytes(8)});
    ctx::Counter ok = family->with({"ok"});
    ride(ok, "12345678");
    ride(ok, "123456789");
    ride(ok, std::string(5000, 'x'));
    // Bag 0, field 0, key "customer", data FF: what a broken peer's atoms could carry.
    const auto baggage = ctx::Baggage{}.set("customer", "\xC3\xBF");
    std::string atoms(baggage.atoms());
    atoms.replace(atoms.find("\xC3\xBF"), 2, "\xFF\xFE");
    {
        ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage::from_atoms(atoms))};
        ASSERT_EQ(ctx::current().baggage().find("customer"), "\xFF\xFE");
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 2U);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "12345678"}}), 1);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "other"}}), 3);
}

TEST_F(CounterWithDimensions, a_family_never_has_more_series_than_its_hard_cap_and_the_rest) {
    auto family = make({ctx::Dimension{"customer"}, ctx::Dimension{"tier"}}, 5);
    ctx::Counter ok = family->with({"ok"});
    for (int i = 0; i < 20; ++i) {
        const std::string customer = "c" + std::to_string(i);
        ctx::Scope scope{request_with({{"customer", customer}, {"tier", "t" + customer}})};
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 6U);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "other"}, {"tier", "other"}}), 15);
    EXPECT_EQ(sum_of(*family), 20);
}

TEST_F(CounterWithDimensions, says_once_what_did_not_fit_and_counts_it) {
    static int heard;
    static std::string message;
    heard = 0;
    ctx::set_diagnostics_handler([](const ctx::Diagnostic& d) noexcept {
        ++heard;
        message = std::string(d.message);
    });
    const auto before = stat("ctx_metrics_overflow_total");
    auto family = make({ctx::Dimension{"customer"}.at_most(1)});
    ctx::Counter ok = family->with({"ok"});
    for (const char* customer : {"c1", "c2", "c3", "c4"})
        ride(ok, customer);
    ctx::set_diagnostics_handler(nullptr);
    EXPECT_EQ(heard, 1);
    EXPECT_THAT(message, HasSubstr("rides"));
    EXPECT_THAT(message, HasSubstr("customer=\"c2\""));
    EXPECT_EQ(stat("ctx_metrics_overflow_total") - before, 3U);
}

TEST_F(CounterWithDimensions, whoever_hears_of_it_may_count_in_the_same_family) {
    static ctx::Counter* counter;
    auto family = make({ctx::Dimension{"customer"}.at_most(1)});
    ctx::Counter ok = family->with({"ok"});
    counter = &ok;
    ctx::set_diagnostics_handler([](const ctx::Diagnostic&) noexcept { counter->add(); });
    for (const char* customer : {"c1", "c2", "c3"})
        ride(ok, customer);
    ctx::set_diagnostics_handler(nullptr);
    EXPECT_EQ(sum_of(*family), 4);
}

TEST_F(CounterWithDimensions, a_million_made_up_customers_cost_a_hundred_series_and_no_count) {
    const int values = std::getenv("CTX_TEST_FULL") != nullptr ? 1'000'000 : 50'000;
    auto family = make({ctx::Dimension{"customer"}.always({"vip"})});
    ctx::Counter ok = family->with({"ok"});
    for (int i = 0; i < values; ++i)
        ride(ok, "c" + std::to_string(i));
    ride(ok, "vip");  // after the flood
    EXPECT_EQ(family->series_count(), 102U);
    EXPECT_EQ(sum_of(*family), values + 1);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c99"}}), 1);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "vip"}}), 1);
}

TEST_F(CounterWithDimensions, a_request_beyond_the_numbered_sets_finds_its_series_again) {
    auto family = make({ctx::Dimension{"customer"}.always({"vip"})});
    ctx::Counter ok = family->with({"ok"});
    for (std::uint32_t i = 0; i <= ctx::detail::max_numbered_sets; ++i)
        ride(ok, "c" + std::to_string(i));
    const auto before = stat("ctx_metrics_overflow_total");
    {
        ctx::Scope scope{request_with({{"customer", "latecomer"}})};
        for (int i = 0; i < 10; ++i)
            ok.add();
    }
    EXPECT_EQ(stat("ctx_metrics_overflow_total") - before, 1U);  // looked for once
    ctx::Scope scope{request_with({{"customer", "vip"}})};
    for (int i = 0; i < 10; ++i)
        ok.add();
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "vip"}}), 10);
}

TEST_F(CounterWithDimensions, shows_fields_of_typed_bags) {
    ctx::publish_fields(*ctx::FieldSet::create(
        {ctx::test::seats_field().label("seats"), ctx::Field{"customer"}.label("customer")}));
    auto family = make({ctx::Dimension{"ride.seats"}, ctx::Dimension{"customer"}});
    ctx::Counter ok = family->with({"ok"});
    for (const std::uint8_t seats : std::array<std::uint8_t, 3>{4, 42, 4}) {
        const ctx::Baggage baggage = ctx::test::baggage_with_seats(seats).set("customer", "c");
        ctx::Scope scope{ctx::Context{}.with_baggage(baggage)};
        ok.add();
    }
    EXPECT_EQ(family->series_count(), 2U);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"seats", "4"}, {"customer", "c"}}), 2);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"seats", "42"}, {"customer", "c"}}), 1);
}

TEST_F(CounterWithDimensions, shows_the_value_of_the_merge_rule_after_a_join) {
    ctx::publish_fields(*ctx::FieldSet::create(
        {ctx::Field{"tier"}.label("tier").merge(ctx::MergeRule::max).type(ctx::EntryType::int64)}));
    auto family = make({ctx::Dimension{"tier"}});
    ctx::Counter ok = family->with({"ok"});
    const ctx::Baggage joined =
        join(ctx::Baggage{}.set("tier", "9"), ctx::Baggage{}.set("tier", "10"));
    {
        ctx::Scope scope{ctx::Context{}.with_baggage(joined)};
        ok.add();
    }
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"tier", "10"}}), 1);
}

TEST_F(CounterWithDimensions, follows_a_newer_declaration) {
    auto family = make({ctx::Dimension{"customer"}});
    ctx::Counter ok = family->with({"ok"});
    const ctx::Context old_request = request_with({{"customer", "c1"}});
    {
        ctx::Scope scope{old_request};
        ok.add();
    }
    ctx::publish_fields(*ctx::FieldSet::create(
        {ctx::Field{"tier"}.label("tier"), ctx::Field{"customer"}.label("customer")}));
    {
        ctx::Scope scope{old_request};  // what it keeps is of the older declaration
        ok.add();
    }
    ride(ok, "c2");
    {
        ctx::Scope scope{old_request};
        ok.add();
    }
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c1"}}), 3);
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "c2"}}), 1);
    EXPECT_EQ(family->series_count(), 2U);
}

TEST_F(CounterWithDimensions, an_entry_that_is_no_longer_declared_shows_as_the_default) {
    auto family = make({ctx::Dimension{"customer"}.default_value("none")});
    ctx::Counter ok = family->with({"ok"});
    ride(ok, "c1");
    ctx::publish_fields({});
    ride(ok, "c1");
    EXPECT_EQ(value_of(*family, {{"outcome", "ok"}, {"customer", "none"}}), 1);
}

TEST_F(CounterWithDimensions, static_labels_are_bounded_as_well) {
    auto family = make({}, 3);
    for (int i = 0; i < 10; ++i)
        family->with({std::to_string(i)}).add();
    EXPECT_EQ(family->series_count(), 4U);
    EXPECT_EQ(sum_of(*family), 10);
    EXPECT_EQ(value_of(*family, {{"outcome", "other"}}), 7);
}

}  // namespace
