// What the generated classes do, with the bytes of Tracing Plane's specification.

#include "baggage/hex.hpp"
#include "members.hpp"
#include "mutual_a.hpp"
#include "names.hpp"
#include "reference.hpp"
#include "tenant.hpp"
#include "types.hpp"
#include <ctx/baggage/field_set.hpp>
#include <ctx/context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <vector>

namespace {

constexpr ctx::bdl::BagNumber ten{10};

template <typename Bag>
std::string atoms_of(const Bag& bag) {
    return ctx::test::to_hex(bag.applied_to(ctx::Baggage{}, ten).atoms());
}

TEST(Generated, scalars_have_the_bytes_of_the_specification) {
    ExampleBag bag;
    bag.set_boolfield(false);
    EXPECT_EQ(atoms_of(bag), "02f80a02f000020000");
    bag = {};
    bag.set_sampled();
    EXPECT_EQ(atoms_of(bag), "02f80a02f01e020001");
    bag = {};
    bag.set_int32field(10000);
    EXPECT_EQ(atoms_of(bag), "02f80a02f0010300a710");
}

TEST(Generated, maps_of_bags_have_the_bytes_of_the_specification) {
    ExampleBag bag;
    bag.edit_bag_map("jon", [](SimpleBag2& entry) { entry.set_first_field(10000); });
    SimpleBag2 mace;
    mace.set_second_field("boshank");
    bag.set_bag_map("mace", mace);
    EXPECT_EQ(atoms_of(bag),
              "02f80a02f01404ec6a6f6e02e0010300a71005ec6d61636502e0020800626f7368616e6b");
    ASSERT_TRUE(bag.bag_map().find("jon").has_value());
    EXPECT_EQ(bag.bag_map().find("jon")->first_field(), 10000);
    bag.remove_bag_map("jon");
    EXPECT_EQ(bag.bag_map().size(), 1);
    bag.clear_bag_map();
    EXPECT_TRUE(bag.bag_map().empty());
}

TEST(Generated, sets_in_maps) {
    FonsecaBag bag;
    bag.add_publications_by_conference("NSDI", "xtrace");
    bag.add_publications_by_conference("NSDI", "retro");
    bag.add_publications_by_conference("SOSP", "pivot");
    bag.remove_from_publications_by_conference("SOSP", "pivot");
    const auto found = bag.publications_by_conference().find("NSDI");
    ASSERT_TRUE(found.has_value());
    EXPECT_THAT(std::vector<std::string_view>(found->begin(), found->end()),
                testing::ElementsAre("retro", "xtrace"));
    bag.remove_publications_by_conference("NSDI");
    EXPECT_TRUE(bag.empty());
}

TEST(Generated, structs_are_values) {
    ExampleBag bag;
    bag.set_structfield({1000, "hello"});
    bag.add_structsetfield({1, "x"});
    EXPECT_EQ(bag.structfield(), (SimpleStruct1{1000, "hello"}));
    EXPECT_TRUE(bag.structsetfield().contains({1, "x"}));
    EXPECT_FALSE(bag.structsetfield().contains({}));
}

TEST(Generated, context_carries_a_bag) {
    ctx::Context context;
    auto bag = XTraceBaggage::get(context, {5});
    bag.set_taskId(7);
    bag.add_parentEventIds(8);
    context = XTraceBaggage::with(context, {5}, bag);
    EXPECT_EQ(XTraceBaggage::get(context, {5}).taskId(), 7);
    EXPECT_EQ(XTraceBaggage::bag_name, "XTraceBaggage");
    EXPECT_EQ(types::Later::number, 4294967295);
}

TEST(Generated, branches_are_merged) {
    const ctx::Context root;
    auto left = ExampleBag::get(root, ten);
    auto right = ExampleBag::get(root, ten);
    left.increment_c(2);
    left.increment_countermap("rows");
    left.add_stringset("left");
    right.add_stringset("right");
    const auto joined = join(ExampleBag::with(root, ten, left).baggage(),
                             ExampleBag::with(root, ten, right).baggage());
    const auto bag = ExampleBag::from(joined, ten);
    EXPECT_EQ(bag.c().value(), 2);
    ASSERT_TRUE(bag.countermap().find("rows").has_value());
    EXPECT_EQ(bag.countermap().find("rows")->value(), 1);
    EXPECT_EQ(bag.stringset().size(), 2);
}

TEST(Generated, registers_and_paths) {
    types::Everything bag;
    bag.set_min_string("b");
    bag.set_max_string("b");
    bag.set_last_int64(-1);
    bag.set_last_struct({});
    const auto later = std::chrono::system_clock::now() + std::chrono::hours(1);
    bag.set_last_by_name("a", "x", later);
    bag.set_last_by_name("a", "y");  // the clock of the first may be ahead: the later call wins
    bag.add_trail("first");
    bag.add_trail("second");
    bag.add_paths(0.5, "gone");
    bag.add_paths(0.5, "kept");
    EXPECT_EQ(bag.min_string(), "b");
    EXPECT_EQ(bag.max_string(), "b");
    EXPECT_EQ(bag.last_int64(), -1);
    EXPECT_EQ(bag.last_struct(), types::All{});
    ASSERT_TRUE(bag.last_by_name().find("a").has_value());
    EXPECT_EQ(*bag.last_by_name().find("a"), "y");
    ASSERT_EQ(bag.trail().size(), 2);
    EXPECT_EQ(bag.trail()[0], "first");
    ASSERT_TRUE(bag.paths().find(0.5).has_value());
    EXPECT_EQ(bag.paths().find(0.5)->size(), 1);
}

TEST(Generated, every_scalar_comes_back) {
    types::Everything bag;
    bag.set_a_taint();
    bag.set_a_bool(true);
    bag.set_an_int32(-1);
    bag.set_an_int64(-2);
    bag.set_a_sint32(-3);
    bag.set_a_sint64(-4);
    bag.set_a_fixed32(5);
    bag.set_a_fixed64(6);
    bag.set_a_sfixed32(-7);
    bag.set_a_sfixed64(-8);
    bag.set_a_float(0.5F);
    bag.set_a_double(-0.25);
    bag.set_a_string("text");
    bag.set_some_bytes(std::string_view("\0\xff", 2));
    EXPECT_TRUE(bag.a_taint());
    EXPECT_EQ(bag.a_bool(), true);
    EXPECT_EQ(bag.an_int32(), -1);
    EXPECT_EQ(bag.an_int64(), -2);
    EXPECT_EQ(bag.a_sint32(), -3);
    EXPECT_EQ(bag.a_sint64(), -4);
    EXPECT_EQ(bag.a_fixed32(), 5U);
    EXPECT_EQ(bag.a_fixed64(), 6U);
    EXPECT_EQ(bag.a_sfixed32(), -7);
    EXPECT_EQ(bag.a_sfixed64(), -8);
    EXPECT_EQ(bag.a_float(), 0.5F);
    EXPECT_EQ(bag.a_double(), -0.25);
    EXPECT_EQ(bag.a_string(), "text");
    EXPECT_EQ(bag.some_bytes(), std::string_view("\0\xff", 2));
    bag.clear_a_string();
    EXPECT_FALSE(bag.a_string().has_value());
    bag.set_a_taint(false);
    EXPECT_FALSE(bag.a_taint());
}

TEST(Generated, bags_hold_themselves_and_each_other) {
    types::Everything bag;
    bag.edit_itself([](types::Everything& inner) { inner.set_an_int32(1); });
    bag.edit_later([](types::Later& later) {
        later.edit_back([](types::Everything& back) { back.set_an_int32(2); });
    });
    bag.edit_others_by_name("x", [](types::Everything& other) { other.set_an_int32(3); });
    EXPECT_EQ(bag.itself().an_int32(), 1);
    EXPECT_EQ(bag.later().back().an_int32(), 2);
    ASSERT_TRUE(bag.others_by_name().find("x").has_value());
    EXPECT_EQ(bag.others_by_name().find("x")->an_int32(), 3);
    bag.clear_itself();
    EXPECT_TRUE(bag.itself().empty());
}

TEST(Generated, names_of_the_base_class_get_an_underscore) {
    class_::std_::ctx_::Bag bag;
    bag.set_set("x");
    bag.set_number("y");
    bag.edit_Bag([](class_::std_::ctx_::Bag& inner) { inner.set_path("z"); });
    EXPECT_EQ(bag.set_(), "x");
    EXPECT_EQ(bag.number_(), "y");
    EXPECT_EQ(bag.Bag_().path_(), "z");
    static_assert(class_::std_::ctx_::Bag::number == 7);
}

TEST(Generated, bags_with_names_of_the_base_class_get_an_underscore) {
    members::set_ bag;
    bag.set_a("x");
    bag.add_b("y");
    bag.edit_d("k", [](members::set_& entry) { entry.increment_c(2); });
    bag.edit_h([](members::set_& inner) { inner.add_e("hop"); });
    EXPECT_EQ(bag.a(), "x");
    EXPECT_EQ(bag.d().find("k")->c().value(), 2u);
    EXPECT_EQ(bag.h().e().size(), 1u);
    members::key_ key;
    key.edit_d("k", [](members::key_& entry) { entry.set_f(true); });
    EXPECT_TRUE(key.d().find("k")->f());
    static_assert(members::number_::number == 77);
}

TEST(Generated, bag_without_fields) {
    EXPECT_TRUE(types::Nothing{}.empty());
    EXPECT_TRUE(types::Nothing{}.applied_to(ctx::Baggage{}, ten).empty());
}

TEST(Generated, attributes_become_declared_fields) {
    const auto set = ctx::FieldSet::create(acme::requests::Tenant::fields());
    ASSERT_TRUE(set.ok()) << set.status();
    ASSERT_EQ(set->fields().size(), 6);
    EXPECT_EQ(set->fields()[0].label_name(), "tenant");
    EXPECT_EQ(set->fields()[0].max_bytes(), 64);
    EXPECT_EQ(set->fields()[1].log_name(), "tenant.tier");
    EXPECT_TRUE(set->fields()[1].in_spans());
    const auto elsewhere = acme::requests::Elsewhere::fields(ten);
    ASSERT_EQ(elsewhere.size(), 2);
    EXPECT_EQ(elsewhere[0].source().bag, 10);
    EXPECT_EQ(elsewhere[0].default_value(), "a \\ and ?\?/ and \303\244");
}

}  // namespace
