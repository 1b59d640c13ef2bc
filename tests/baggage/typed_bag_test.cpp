#include "baggage/hex.hpp"
#include "baggage/typed_bags.hpp"
#include "support/counting_allocator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace bdl = ctx::bdl;
using ctx::Baggage;
using ctx::test::AllocationCounter;
using ctx::test::atoms_of;
using ctx::test::Carrier;
using ctx::test::Everything;
using ctx::test::from_hex;
using ctx::test::Inner;
using ctx::test::list_of;
using ctx::test::Point;
using ctx::test::Single;
using ctx::test::Time;

using Hex = std::vector<std::string>;
using std::chrono::nanoseconds;

Time at(std::int64_t ns) {
    return Time(std::chrono::duration_cast<Time::duration>(nanoseconds(ns)));
}

// A join, and that a node which knows nothing but atoms gives the same.
Baggage joined(const Baggage& a, const Baggage& b) {
    Baggage both = join(a, b);
    EXPECT_EQ(both.atoms(), ctx::merge_atoms(a.atoms(), b.atoms()));
    EXPECT_EQ(both, join(b, a));
    return both;
}

template <typename Wire>
Baggage single(typename Wire::Param value) {
    Single<Wire> bag;
    bag.set_value(value);
    return bag.baggage();
}

template <typename Wire>
auto read_single(const Baggage& baggage) {
    return Single<Wire>::get(Carrier{baggage}).value();
}

// Sets each value, reads it back, and reads what a conflict of the two becomes.
template <typename Wire, typename T>
void expect_conflict(T a, T b, T winner) {
    EXPECT_EQ(read_single<Wire>(single<Wire>(a)), a);
    EXPECT_EQ(read_single<Wire>(single<Wire>(b)), b);
    EXPECT_EQ(read_single<Wire>(joined(single<Wire>(a), single<Wire>(b))), winner);
}

TEST(TypedBag, scalars_are_read_as_written_and_conflicts_become_the_least_in_bytes) {
    expect_conflict<bdl::Bool>(false, true, false);
    expect_conflict<bdl::Int32>(7, 3, 3);
    expect_conflict<bdl::Int32>(-1, 3, 3);  // unsigned in bytes
    expect_conflict<bdl::Int64>(std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::max());
    expect_conflict<bdl::Sint32>(-65, 63, -65);
    expect_conflict<bdl::Sint64>(std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                 std::numeric_limits<std::int64_t>::min());
    expect_conflict<bdl::Fixed32>(1U, 0xffffffffU, 1U);
    expect_conflict<bdl::Fixed64>(std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1});
    expect_conflict<bdl::Sfixed32>(-1, 5, 5);
    expect_conflict<bdl::Sfixed64>(std::int64_t{-1}, std::int64_t{5}, std::int64_t{5});
    expect_conflict<bdl::Float>(1.5F, -2.0F, 1.5F);
    expect_conflict<bdl::Double>(1.5, 2.5, 1.5);
    expect_conflict<bdl::String>(std::string_view("b"), std::string_view("ab"),
                                 std::string_view("ab"));
    expect_conflict<bdl::Bytes>(std::string_view("\0", 1), std::string_view(), std::string_view());
}

TEST(TypedBag, values_that_do_not_decode_are_passed_over) {
    const auto baggage =
        Baggage::from_atoms(list_of({"f814", "f001", "00", "0080", "00f1ffffffff", "0007"}));
    EXPECT_EQ(read_single<bdl::Int32>(baggage), 7);
    EXPECT_EQ(read_single<bdl::Fixed32>(baggage), std::nullopt);
    EXPECT_EQ(read_single<bdl::Bool>(baggage), true);
}

TEST(TypedBag, a_taint_stays_once_some_branch_said_so) {
    Everything clean;
    clean.set_tainted(false);
    EXPECT_EQ(clean.baggage(), Baggage{});
    Everything dirty;
    dirty.set_tainted(true);
    EXPECT_TRUE(Everything::get(Carrier{joined(clean.baggage(), dirty.baggage())}).tainted());
    const auto both = Baggage::from_atoms(list_of({"f80a", "f003", "0000", "0001"}));
    EXPECT_TRUE(Everything::get(Carrier{both}).tainted());
    dirty.set_tainted(false);
    EXPECT_EQ(dirty.baggage(), Baggage{});
}

template <template <typename> typename Order, typename Wire, typename T>
void expect_winner(T a, T b, T winner) {
    expect_conflict<Order<Wire>>(a, b, winner);
}

TEST(TypedBag, min_and_max_follow_the_order_of_numbers) {
    expect_winner<bdl::Min, bdl::Int32>(-5, 3, -5);
    expect_winner<bdl::Max, bdl::Int32>(-5, 3, 3);
    expect_winner<bdl::Max, bdl::Int64>(std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                        std::int64_t{-1});
    expect_winner<bdl::Min, bdl::Sint32>(-8193, -8192, -8193);
    expect_winner<bdl::Max, bdl::Sint64>(std::int64_t{1} << 48, std::int64_t{1} << 55,
                                         std::int64_t{1} << 55);
    expect_winner<bdl::Max, bdl::Fixed32>(1U, 0x80000000U, 0x80000000U);
    expect_winner<bdl::Min, bdl::Sfixed32>(-1, 1, -1);
    expect_winner<bdl::Max, bdl::Sfixed64>(std::int64_t{-2}, std::int64_t{-1}, std::int64_t{-1});
    expect_winner<bdl::Min, bdl::Bool>(true, false, false);
    expect_winner<bdl::Max, bdl::Bool>(true, false, true);
}

TEST(TypedBag, min_and_max_follow_the_order_of_floats) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    expect_winner<bdl::Min, bdl::Double>(-1.5, -2.5, -2.5);
    expect_winner<bdl::Max, bdl::Double>(-1.5, -2.5, -1.5);
    expect_winner<bdl::Max, bdl::Double>(-infinity, -1e300, -1e300);
    expect_winner<bdl::Min, bdl::Float>(-0.5F, 0.25F, -0.5F);
    expect_winner<bdl::Max, bdl::Float>(-0.5F, 0.25F, 0.25F);
    expect_winner<bdl::Max, bdl::Double>(infinity, 1.0, infinity);
    EXPECT_TRUE(std::signbit(*read_single<bdl::Min<bdl::Double>>(
        joined(single<bdl::Min<bdl::Double>>(0.0), single<bdl::Min<bdl::Double>>(-0.0)))));
}

TEST(TypedBag, the_greatest_of_texts_is_the_longer_one_behind_a_common_beginning) {
    const auto greatest = [](std::string_view a, std::string_view b) {
        using Max = bdl::Max<bdl::String>;
        EXPECT_EQ(read_single<Max>(single<Max>(a)), a);
        EXPECT_EQ(read_single<Max>(single<Max>(b)), b);
        return *read_single<Max>(joined(single<Max>(a), single<Max>(b)));
    };
    using namespace std::string_literals;
    EXPECT_EQ(greatest("a", "ab"), "ab");
    EXPECT_EQ(greatest("", "a"), "a");
    EXPECT_EQ(greatest("", "\0"s), "\0"s);
    EXPECT_EQ(greatest("\0"s, "\0\0"s), "\0\0"s);
    EXPECT_EQ(greatest("\0\xff"s, "\0\0"s), "\0\xff"s);
    EXPECT_EQ(greatest("a\0"s, "a"), "a\0"s);
    EXPECT_EQ(greatest("a\0z"s, "a\1"s), "a\1"s);
    EXPECT_EQ(greatest("\xff\xff"s, "\xff"s), "\xff\xff"s);
    EXPECT_EQ(*read_single<bdl::Min<bdl::String>>(
                  joined(single<bdl::Min<bdl::String>>("ab"), single<bdl::Min<bdl::String>>("a"))),
              "a");
}

TEST(TypedBag, greatest_texts_in_bytes_that_no_writer_writes_are_passed_over) {
    using Max = bdl::Max<bdl::String>;
    for (const char* payload : {"", "9e", "ff", "ff01", "ffff00", "9effff00", "9eff"}) {
        EXPECT_EQ(Max::decode(from_hex(payload)), std::nullopt) << payload;
    }
    EXPECT_EQ(Max::decode(from_hex("ffff")), "");
}

TEST(TypedBag, the_last_value_wins_and_a_later_write_beats_a_clock_that_is_ahead) {
    Everything a;
    a.set_route("first", at(1000));
    Everything b;
    b.set_route("second", at(2000));
    const auto both = joined(a.baggage(), b.baggage());
    EXPECT_EQ(Everything::get(Carrier{both}).route(), "second");
    Everything later = Everything::get(Carrier{both});
    later.set_route("third", at(1500));  // 2000 was ahead
    EXPECT_EQ(later.route(), "third");
    EXPECT_EQ(Everything::get(Carrier{joined(both, later.baggage())}).route(), "third");
    later.set_route("fourth", at(-5));
    EXPECT_EQ(Everything::get(Carrier{joined(both, later.baggage())}).route(), "fourth");
}

TEST(TypedBag, of_equal_times_the_least_value_is_the_last) {
    Everything a;
    a.set_route("b", at(1000));
    Everything b;
    b.set_route("a", at(1000));
    EXPECT_EQ(Everything::get(Carrier{joined(a.baggage(), b.baggage())}).route(), "a");
}

std::vector<std::string> hops_of(const Baggage& baggage) {
    std::vector<std::string> hops;
    const auto path = Everything::get(Carrier{baggage}).hops();
    for (const std::string_view hop : path) {
        hops.emplace_back(hop);
    }
    return hops;
}

TEST(TypedBag, a_callpath_keeps_the_newest_hops_oldest_first) {
    Everything bag;
    for (const char* hop : {"a", "b", "c", "d", "e"}) {
        bag.add_hops(hop);
    }
    EXPECT_EQ(hops_of(bag.baggage()), (std::vector<std::string>{"c", "d", "e"}));
    EXPECT_EQ(bag.hops().depth(), 5u);
    Everything left = Everything::get(Carrier{bag.baggage()});
    Everything right = left;
    left.add_hops("l");
    right.add_hops("r");
    const auto both = joined(left.baggage(), right.baggage());
    EXPECT_EQ(hops_of(both), (std::vector<std::string>{"e", "r", "l"}));
    Everything after = Everything::get(Carrier{both});
    after.add_hops("z");
    EXPECT_EQ(hops_of(after.baggage()), (std::vector<std::string>{"r", "l", "z"}));
    EXPECT_EQ(after.hops().depth(), 7u);
}

TEST(TypedBag, sets_maps_structs_and_nested_bags_are_unions_after_a_join) {
    Everything a;
    a.add_tags("x");
    a.edit_parts("jon", [](Inner& part) { part.add_ids(7); });
    a.set_origin({1000, "hello"});
    a.edit_inner([](Inner& inner) { inner.add_ids(1); });
    Everything b;
    b.add_tags("y");
    b.add_tags("x");
    b.edit_parts("jon", [](Inner& part) { part.add_ids(5); });
    b.edit_parts("mace", [](Inner& part) { part.add_ids(9); });
    b.set_origin({999, "zz"});
    Inner own;
    own.add_ids(2);
    b.set_inner(own);
    const auto all = Everything::get(Carrier{joined(a.baggage(), b.baggage())});
    EXPECT_EQ(all.tags().size(), 2u);
    EXPECT_TRUE(all.tags().contains("x") && all.tags().contains("y"));
    EXPECT_EQ(all.parts().size(), 2u);
    EXPECT_EQ(all.parts().find("jon")->ids().size(), 2u);
    EXPECT_EQ(all.parts().find("nobody"), std::nullopt);
    EXPECT_EQ(all.origin(), (Point{999, "zz"}));
    EXPECT_EQ(all.inner().ids().size(), 2u);
}

TEST(TypedBag, with_writes_touched_fields_and_keeps_what_others_wrote_meanwhile) {
    Everything first;
    first.set_limit(1);
    first.set_name("old");
    first.add_tags("a");
    const Carrier context{first.baggage()};
    Everything mine = Everything::get(context);
    mine.set_limit(2);
    mine.add_tags("mine");
    Everything theirs = Everything::get(context);
    theirs.set_name("new");
    theirs.add_tags("theirs");
    const Carrier meanwhile{Everything::with(context, theirs).value.set("tier", "gold")};
    const Carrier both = Everything::with(meanwhile, mine);
    const auto all = Everything::get(both);
    EXPECT_EQ(all.limit(), 2);
    EXPECT_EQ(all.name(), "new");
    EXPECT_EQ(all.tags().size(), 3u);
    EXPECT_EQ(both.value.find("tier"), "gold");
    mine.remove_tags("a");
    EXPECT_EQ(Everything::get(Everything::with(meanwhile, mine)).tags().size(), 1u)
        << "a set that lost an element replaces";
    EXPECT_EQ(Everything::with(meanwhile, Everything::get(context)).value, meanwhile.value);
}

TEST(TypedBag, with_does_not_drag_bags_of_others_along_from_an_unsorted_list) {
    const auto scattered = Baggage::from_atoms(
        list_of({"f80a", "f004", "0061", "f80b", "00ee", "f80a", "f004", "0062"}));
    Everything bag = Everything::get(Carrier{scattered});
    bag.add_tags("c");
    const Carrier moved = Everything::with(Carrier{Baggage{}.set("k", "v")}, bag);
    EXPECT_EQ(atoms_of(ctx::BagPath{10}.find_in(moved.value.bags()).content()),
              (Hex{"f004", "0061", "0063", "0062"}));
    EXPECT_TRUE(moved.value.bags().sorted());
    Everything outer;
    outer.set_inner(
        Inner::from(Baggage::from_atoms(list_of({"f803", "f001", "000000000000000001", "f80b",
                                                 "00ee", "f803", "f001", "000000000000000002"})),
                    bdl::BagNumber{3}));
    EXPECT_EQ(outer.inner().ids().size(), 2u);
    EXPECT_EQ(atoms_of(outer.baggage().atoms()).size(), 6u);
}

TEST(TypedBag, with_does_not_multiply_overflow_markers) {
    Carrier context{Baggage::from_atoms(list_of({"f80a", "f004", "0061", ""}))};
    for (int i = 0; i < 5; ++i) {
        Everything bag = Everything::get(context);
        bag.add_tags("c" + std::to_string(i));
        context.value = context.value.set("k", std::to_string(i));
        context = Everything::with(context, bag);
    }
    const Hex atoms = atoms_of(context.value.atoms());
    EXPECT_EQ(std::count(atoms.begin(), atoms.end(), ""), 1);
    EXPECT_TRUE(Everything::get(context).overflow());
    EXPECT_EQ(Everything::get(context).tags().size(), 6u);
}

TEST(TypedBag, an_edit_that_throws_leaves_the_bag_as_far_as_it_came) {
    Everything bag;
    bag.set_limit(4);
    EXPECT_THROW(bag.edit_inner([](Inner& inner) {
        inner.add_ids(1);
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_EQ(bag.limit(), 4);
    EXPECT_EQ(bag.inner().ids().size(), 1u);
}

TEST(TypedBag, an_edit_may_assign_another_bag_or_move_the_object_away) {
    Inner other;
    other.add_ids(9);
    Everything kept;
    kept.set_name("kept");
    kept.edit_inner([](Inner& inner) { inner.increment_hits(2); });
    const Carrier context{kept.baggage().set("tenant", "acme")};

    Everything assigned = Everything::get(context);
    assigned.edit_inner([&](Inner& inner) { inner = other; });
    const Carrier changed = Everything::with(context, assigned);
    EXPECT_EQ(changed.value.find("tenant"), "acme");
    EXPECT_EQ(Everything::get(changed).name(), "kept");
    EXPECT_TRUE(Everything::get(changed).inner().ids().contains(9));
    EXPECT_EQ(Everything::get(changed).inner().hits().value(), 0u);

    assigned.edit_inner([](Inner& inner) { inner = Inner{}; });
    EXPECT_EQ(assigned.name(), "kept");
    EXPECT_TRUE(assigned.inner().empty());

    Everything moved = Everything::get(context);
    moved.edit_inner([](Inner& inner) { const Inner away = std::move(inner); });
    EXPECT_EQ(moved.name(), "kept");
    EXPECT_EQ(moved.inner().hits().value(), 2u);
    EXPECT_EQ(moved.baggage().find("tenant"), "acme");

    // A bag of the same place in another baggage.
    Everything elsewhere;
    elsewhere.edit_inner([](Inner& inner) { inner.add_ids(1); });
    const Inner same_place = elsewhere.inner();
    Everything nothing;
    nothing.edit_inner([&](Inner& inner) { inner = same_place; });
    EXPECT_EQ(nothing.baggage(), elsewhere.baggage());
}

TEST(TypedBag, can_be_read_and_written_while_a_bag_in_it_is_edited) {
    Everything bag;
    bag.set_name("before");
    bag.edit_inner([&](Inner& inner) {
        inner.add_ids(7);
        EXPECT_EQ(bag.name(), "before");
        EXPECT_TRUE(bag.inner().empty());  // the edit is not yet in it
        bag.set_limit(5);
        bag.edit_parts("jon", [](Inner& part) { part.add_ids(8); });
        inner.add_ids(9);
    });
    EXPECT_EQ(bag.name(), "before");
    EXPECT_EQ(bag.limit(), 5);
    EXPECT_TRUE(bag.parts().find("jon")->ids().contains(8));
    EXPECT_TRUE(bag.inner().ids().contains(7));
    EXPECT_TRUE(bag.inner().ids().contains(9));
}

TEST(TypedBag, is_as_it_was_after_a_move_from_it) {
    Everything bag;
    bag.set_name("here");
    { const Everything away = std::move(bag); }
    EXPECT_EQ(bag.name(), "here");  // NOLINT(bugprone-use-after-move): that is the question
    bag.set_limit(1);
    EXPECT_EQ(Everything::get(Everything::with(Carrier{}, bag)).limit(), 1);
}

TEST(TypedBag, bags_in_it_that_were_only_added_to_are_merged_by_with) {
    const Carrier context{};
    Everything a;
    a.edit_inner([](Inner& inner) { inner.increment_hits(5); });
    a.edit_parts("x", [](Inner& part) { part.add_ids(1); });
    Everything b;
    b.edit_inner([](Inner& inner) { inner.increment_hits(7); });
    b.edit_parts("y", [](Inner& part) { part.add_ids(2); });
    const Carrier both = Everything::with(Everything::with(context, a), b);
    EXPECT_EQ(Everything::get(both).inner().hits().value(), 12u);
    EXPECT_TRUE(Everything::get(both).parts().find("x")->ids().contains(1));
    EXPECT_TRUE(Everything::get(both).parts().find("y")->ids().contains(2));
}

TEST(TypedBag, a_callpath_passes_over_data_without_a_depth) {
    Carrier context{Baggage::from_atoms(
        list_of({"f80a", "f008", "0000", "000001", "000002"}))};  // of eight bytes that are missing
    EXPECT_EQ(Everything::get(context).hops().size(), 0u);
    EXPECT_EQ(Everything::get(context).hops().depth(), 0u);
    Everything bag = Everything::get(context);
    for (const char* hop : {"x", "y", "z", "w"}) {
        bag.add_hops(hop);
    }
    ASSERT_EQ(bag.hops().size(), 3u);
    EXPECT_EQ(bag.hops()[0], "y");
    EXPECT_EQ(bag.hops()[2], "w");
    EXPECT_EQ(bag.hops().depth(), 4u);
}

TEST(TypedBag, a_callpath_at_the_greatest_depth_goes_on) {
    std::string deepest(1, '\0');
    char depth[ctx::max_lexvarint_bytes];
    deepest.append(depth, ctx::write_reversed_lexvarint(depth, ~std::uint64_t{0}));
    Carrier context{};
    context.value = Baggage::from_atoms(list_of({"f80a", "f008"}));
    std::string atoms(context.value.atoms());
    for (const char* hop : {"a", "b", "c"}) {
        ctx::append_atom(atoms, deepest + hop);
    }
    context.value = Baggage::from_atoms(atoms);
    Everything bag = Everything::get(context);
    bag.add_hops("new");
    EXPECT_EQ(bag.hops().size(), 3u);
    EXPECT_EQ(std::count(bag.hops().begin(), bag.hops().end(), "new"), 1);
    EXPECT_EQ(bag.hops().depth(), ~std::uint64_t{0});
}

TEST(TypedBag, a_last_at_the_end_of_time_is_not_before_everything) {
    Carrier context{Baggage::from_atoms(list_of({"f80a", "f007", "0000000000000000006f"}))};
    Everything bag = Everything::get(context);
    EXPECT_EQ(bag.route(), "o");
    bag.set_route("a", at(5));
    EXPECT_EQ(bag.route(), "a");
    EXPECT_EQ(bdl::Last<bdl::String>::time_of(bag.view().child(std::uint64_t{7})),
              ~std::uint64_t{0});
}

TEST(TypedBag, says_which_bags_a_trim_cut) {
    Everything bag;
    bag.set_limit(1);
    bag.set_name("a long name that does not fit");
    Inner before;
    before.add_ids(1);
    const Carrier context = Inner::with(Carrier{bag.baggage()}, before);
    const Carrier cut{Baggage::from_atoms(context.value.trimmed(30))};
    EXPECT_FALSE(Inner::get(cut).overflow());
    EXPECT_TRUE(Everything::get(cut).overflow());
    EXPECT_EQ(Everything::get(cut).limit(), 1);
    EXPECT_EQ(Everything::get(cut).name(), std::nullopt);
    EXPECT_TRUE(Everything::get(cut).inner().overflow());
    EXPECT_FALSE(Everything::get(context).overflow());
}

TEST(TypedBag, reads_allocate_nothing) {
    Everything made;
    made.set_limit(5);
    made.set_name("name");
    made.add_tags("t");
    made.edit_parts("jon", [](Inner& part) { part.add_ids(7); });
    made.increment_rows(3);
    made.set_route("r", at(5));
    made.add_hops("h");
    made.edit_inner([](Inner& inner) { inner.add_ids(1); });
    const Carrier context{made.baggage()};
    const AllocationCounter counter;
    const Everything bag = Everything::get(context);
    std::size_t seen = static_cast<std::size_t>(*bag.limit()) + bag.name()->size();
    seen += bag.tags().size() + bag.hops().size() + bag.rows().value() + bag.route()->size();
    seen += bag.parts().find("jon")->ids().size() + bag.inner().ids().size();
    const Everything copy = bag;
    EXPECT_EQ(counter.allocations(), 0u);
    EXPECT_EQ(copy.baggage(), context.value);
    EXPECT_EQ(seen, 17u);
}

TEST(TypedBag, the_first_write_allocates_and_the_next_ones_do_not) {
    const Carrier context{Baggage{}.set("tenant", "acme")};
    const AllocationCounter counter;
    Everything bag = Everything::get(context);
    bag.set_limit(1);
    EXPECT_EQ(counter.allocations(), 1u);
    bag.set_name("acme");
    bag.set_tainted(true);
    EXPECT_EQ(counter.allocations(), 1u);
    const Carrier written = Everything::with(context, bag);
    const Carrier branch = written;  // NOLINT(performance-unnecessary-copy-initialization)
    const Baggage same = join(written.value, branch.value);
    EXPECT_EQ(counter.allocations(), 1u);
    EXPECT_EQ(same.buffer(), bag.baggage().buffer());
}

}  // namespace
