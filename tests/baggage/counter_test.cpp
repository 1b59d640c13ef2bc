// Grow-only counters: every increment counts once, whatever the branches and joins.

#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include "baggage/typed_bags.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::test::Carrier;
using ctx::test::Everything;
using ctx::test::list_of;
using ctx::test::Random;

std::uint64_t rows_in(const Baggage& baggage) {
    return Everything::get(Carrier{baggage}).rows().value();
}

std::size_t components_in(const Baggage& baggage) {
    return Everything::get(Carrier{baggage}).rows().components();
}

Baggage incremented(const Baggage& baggage, std::uint64_t by = 1) {
    Everything bag = Everything::get(Carrier{baggage});
    bag.increment_rows(by);
    return Everything::with(Carrier{baggage}, bag).value;
}

TEST(Counter, the_first_derivation_takes_the_id_and_later_ones_draw_their_own) {
    const Baggage origin = incremented({});
    const Baggage first = incremented(origin);
    const Baggage second = incremented(origin);
    EXPECT_EQ(components_in(first), 1u);
    EXPECT_EQ(components_in(second), 2u);
    EXPECT_EQ(rows_in(join(first, second)), 3u);
    EXPECT_EQ(components_in(incremented(join(first, second))), 2u) << "a join has an id to go on";
}

TEST(Counter, an_increment_by_nothing_writes_nothing) {
    EXPECT_EQ(incremented({}, 0), Baggage{});
}

TEST(Counter, stays_at_the_greatest_number) {
    const Baggage full = incremented({}, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(rows_in(incremented(full)), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(rows_in(join(full, incremented({}))), std::numeric_limits<std::uint64_t>::max());
}

TEST(Counter, reads_the_greatest_total_of_each_component) {
    const auto merged = Baggage::from_atoms(
        list_of({"f80a", "f006", "ecaaaaaaaa", "00f7", "00fc", "ecaaaaaaab", "00fe"}));
    EXPECT_EQ(rows_in(merged), 9u);
}

TEST(Counter, of_a_branch_that_lost_its_total_goes_on_under_another_id) {
    const Baggage origin = incremented({}, 5);
    const Baggage kept = origin.set("k", "v");
    for (const auto& path : {ctx::BagPath{10}, ctx::BagPath{10}.field(6)}) {
        const Baggage lost = with_content(kept, path, {});
        EXPECT_EQ(rows_in(join(origin, incremented(lost, 2))), 7u);
    }
}

// One branch of an execution, and what happens to it at random.
class Schedule {
public:
    explicit Schedule(unsigned seed) : random_(seed) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
        }
        Baggage all;
        for (const Baggage& branch : branches_) {
            all = join(all, branch);
        }
        ASSERT_EQ(rows_in(all), total_);
    }

private:
    Baggage& any() { return branches_[random_.below(branches_.size())]; }

    void step() {
        if (random_.one_in(6)) {
            branches_.push_back(Baggage(any()));
        }
        Baggage& branch = any();
        switch (random_.below(5)) {
            case 0:
                branch = join(any(), branch);
                break;
            case 1:
                branch = branch.set(*ctx::BaggageKey::parse(random_.word(1)), random_.word(2));
                break;
            case 2:
                branch = branch.remove(random_.word(1));
                break;
            default:
                count(branch);
        }
    }

    void count(Baggage& branch) {
        const std::uint64_t by = 1 + random_.below(5);
        Everything bag = Everything::get(Carrier{branch});
        if (random_.one_in(3)) {
            branch = branch.set("m", random_.word(1));  // meanwhile
        }
        bag.increment_rows(by);
        branch = Everything::with(Carrier{branch}, bag).value;
        total_ += by;
    }

    Random random_;
    std::vector<Baggage> branches_ = std::vector<Baggage>(1);
    std::uint64_t total_ = 0;
};

TEST(Counter, counts_each_increment_once_over_random_schedules) {
    const unsigned schedules = std::getenv("CTX_TEST_FULL") != nullptr ? 20'000 : 1'000;
    for (unsigned seed = 0; seed < schedules; ++seed) {
        ASSERT_NO_FATAL_FAILURE(Schedule(seed).run(40)) << seed;
    }
}

TEST(Counter, counts_once_when_threads_derive_from_one_baggage_at_the_same_time) {
    constexpr std::size_t threads = 8;
    constexpr std::uint64_t each = 50;
    for (int round = 0; round < 20; ++round) {
        const Baggage shared = incremented({}, 3);
        std::vector<Baggage> branches(threads);
        std::vector<std::thread> running;
        for (Baggage& branch : branches) {
            running.emplace_back([&shared, &branch] {
                branch = shared;
                for (std::uint64_t i = 0; i < each; ++i) {
                    branch = i % 7 == 0 ? branch.set("k", "v") : branch;
                    branch = incremented(branch);
                }
            });
        }
        for (std::thread& thread : running) {
            thread.join();
        }
        Baggage all;
        std::set<std::uint32_t> ids;
        for (const Baggage& branch : branches) {
            ids.insert(branch.buffer()->component.load());
            all = join(all, branch);
        }
        ASSERT_EQ(ids.size(), threads);
        ASSERT_EQ(ids.count(0), 0u);
        ASSERT_EQ(rows_in(all), 3 + threads * each);
    }
}

}  // namespace
