// What the headers promise under Cost and Errors: allocations, noexcept, strength under bad_alloc.

#include "baggage/hex.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/baggage.hpp>

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <type_traits>

namespace {

using ctx::Baggage;
using ctx::test::AllocationCounter;
using ctx::test::AllocationFailure;

static_assert(sizeof(Baggage) == 8);
static_assert(std::is_nothrow_copy_constructible_v<Baggage>);
static_assert(std::is_nothrow_move_constructible_v<Baggage>);
static_assert(std::is_nothrow_copy_assignable_v<Baggage>);
static_assert(std::is_nothrow_move_assignable_v<Baggage>);
static_assert(noexcept(std::declval<const Baggage&>().find("k")));
static_assert(noexcept(std::declval<const Baggage&>().atoms()));
static_assert(noexcept(std::declval<const Baggage&>().text()));
static_assert(noexcept(
    std::declval<const ctx::Field&>().value_in(Baggage{}, std::declval<ctx::FieldScratch&>())));
static_assert(noexcept(std::declval<Baggage>() == std::declval<Baggage>()));
// These allocate, and so may throw.
static_assert(!noexcept(std::declval<const Baggage&>().begin()));
static_assert(!noexcept(std::declval<const Baggage&>().size()));
static_assert(!noexcept(std::declval<const Baggage&>().set("k", "v")));
static_assert(!noexcept(ctx::parse_baggage("k=v")));

constexpr const char* header = "user=alice,tenant=acme;p=1,region=eu%20west,tier=gold,id=42";

TEST(BaggageCost, of_reading_and_copying_is_no_allocation) {
    const auto baggage = ctx::parse_baggage(header);
    const auto unsorted_facts = Baggage::from_atoms(baggage.atoms());
    const ctx::Field field("tenant");
    ctx::FieldScratch scratch;
    ctx::W3CBaggageWriter writer;
    const AllocationCounter counter;
    std::size_t seen = 0;
    for (const Baggage& each : {baggage, unsorted_facts}) {
        const Baggage copy = each;
        seen += copy.find("tier")->size() + copy.properties("tenant").size() + copy.size();
        for (const auto& entry : copy) {
            seen += entry.value.size();
        }
        seen += field.value_in(copy, scratch).size();
    }
    seen += writer.write(baggage).size();
    EXPECT_EQ(counter.allocations(), 0u);
    EXPECT_EQ(counter.deallocations(), 0u);
    EXPECT_GT(seen, 100u);
}

TEST(BaggageCost, of_making_one_is_one_allocation) {
    const auto baggage = ctx::parse_baggage(header);
    const auto other = ctx::parse_baggage("other=1");
    const auto allocations = [](auto make) {
        const AllocationCounter counter;
        const Baggage made = make();
        EXPECT_FALSE(made.empty());
        return counter.allocations();
    };
    EXPECT_EQ(allocations([] { return ctx::parse_baggage(header); }), 1u);
    EXPECT_EQ(allocations([] { return ctx::parse_baggage("a=%ff%fe%20,a=2,bad,%=%zz;p;;q"); }), 1u);
    EXPECT_EQ(allocations([&] { return Baggage::from_atoms(baggage.atoms()); }), 1u);
    EXPECT_EQ(allocations([&] { return join(baggage, other); }), 1u);
    EXPECT_EQ(allocations([&] { return join(baggage, baggage); }), 0u);
    EXPECT_EQ(allocations([&] { return baggage.set("tier", "silver"); }), 1u);
    EXPECT_EQ(allocations([&] { return baggage.remove("tier"); }), 1u);
    EXPECT_EQ(allocations([] { return ctx::parse_baggage(",,bad").set("a", "1"); }), 1u);
}

TEST(BaggageCost, when_memory_runs_out_is_bad_alloc_and_nothing_leaks_or_breaks) {
    const std::string unsorted =
        ctx::test::list_of({"f800", "f000", "ec62", "0032", "ec61", "0031"});
    const auto a = ctx::parse_baggage(header);
    const auto work = [&](std::size_t survivors) {
        const AllocationFailure failure(survivors);
        const auto b = Baggage::from_atoms(unsorted);
        auto joined = join(a, b).set("k", std::string(100, 'v'), "p=1").remove("tier");
        std::size_t seen = joined.size();
        for (const auto& entry : joined) {
            seen += entry.value.size();
        }
        ctx::W3CBaggageWriter writer;
        return seen + writer.write(joined).size();
    };
    const std::size_t expected = work(~std::size_t{0});
    std::size_t failures = 0;
    for (std::size_t survivors = 0;; ++survivors) {
        try {
            ASSERT_EQ(work(survivors), expected);
            break;
        } catch (const std::bad_alloc&) {
            ++failures;
        }
    }
    EXPECT_GE(failures, 4u);
    EXPECT_EQ(a.find("tier"), "gold");
    EXPECT_EQ(a.buffer()->references.load(), 1u);
}

TEST(BaggageCost, of_a_hostile_kilobyte_stays_small) {
    std::string atoms = ctx::test::list_of({"f800", "f000"});
    for (int i = 0; i < 400; ++i) {
        ctx::append_atom(atoms, std::string("\xec") + static_cast<char>(255 - i % 256));
        ctx::append_atom(atoms, std::string_view("\0v", 2));
    }
    const auto baggage = Baggage::from_atoms(atoms);
    const AllocationCounter counter;
    EXPECT_EQ(baggage.size(), 256u);
    EXPECT_EQ(std::distance(baggage.begin(), baggage.end()), 256);
    EXPECT_EQ(counter.allocations(), 1u);  // the index, once
}

}  // namespace
