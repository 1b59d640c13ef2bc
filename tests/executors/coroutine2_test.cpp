#include "executors/live_threads.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/coroutine2.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;
using Ints = coroutines2::coroutine<int>;
using Refs = coroutines2::coroutine<int&>;
using Nothing = coroutines2::coroutine<void>;
using Owned = coroutines2::coroutine<std::unique_ptr<int>>;

static_assert(!std::is_copy_constructible_v<Ints::pull_type>);
static_assert(std::is_nothrow_move_constructible_v<Ints::push_type>);
static_assert(!std::is_constructible_v<Ints::pull_type, int>);

class Coroutines2 : public test::ExecutorsTest {
protected:
    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);
};

TEST_F(Coroutines2, both_sides_have_their_own_context_when_values_are_pulled) {
    const Scope scope{one_};
    int right = 0;
    Ints::pull_type numbers{two_, [&](Ints::push_type& sink) {
                                for (int i = 0; i < 5; ++i) {
                                    const Scope inner{three_};
                                    sink(i);
                                    right += here() == three_.node() ? 1 : 0;
                                }
                                right += here() == two_.node() ? 1 : 0;
                            }};
    std::vector<int> seen;
    for (; numbers; numbers()) {
        EXPECT_EQ(here(), one_.node());
        seen.push_back(numbers.get());
    }
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(right, 6);
}

TEST_F(Coroutines2, both_sides_have_their_own_context_when_values_are_pushed) {
    std::vector<int> seen;
    int right = 0;
    auto sink = [&] {
        const Scope scope{two_};
        return Ints::push_type{[&](Ints::pull_type& source) {
            for (const int value : source) {
                right += here() == two_.node() ? 1 : 0;
                seen.push_back(value);
            }
        }};
    }();
    const Scope scope{one_};
    for (const int value : {7, 8, 9}) {
        sink(value);
        EXPECT_EQ(here(), one_.node());
    }
    EXPECT_TRUE(sink);
    EXPECT_EQ(seen, (std::vector<int>{7, 8, 9}));
    EXPECT_EQ(right, 3);
}

TEST_F(Coroutines2, values_of_every_kind_go_over) {
    int target = 0;
    Refs::pull_type refs{[&](Refs::push_type& sink) {
        sink(target);
        sink(target);
    }};
    for (int& each : refs)
        ++each;
    EXPECT_EQ(target, 2);

    int entered = 0;
    Nothing::pull_type nothing{[&](Nothing::push_type& sink) {
        for (;; sink())
            ++entered;
    }};
    nothing()();
    EXPECT_EQ(entered, 3);

    Owned::pull_type owned{[](Owned::push_type& sink) { sink(std::make_unique<int>(3)); }};
    const std::unique_ptr<int> got = owned.get();
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(*got, 3);
    EXPECT_FALSE(owned());
}

TEST_F(Coroutines2, what_a_coroutine_throws_comes_out_in_the_context_of_the_other_side) {
    const Scope scope{one_};
    Ints::pull_type throws{two_, [](Ints::push_type& sink) {
                               sink(1);
                               throw std::runtime_error{"inside"};
                           }};
    EXPECT_THROW(throws(), std::runtime_error);
    EXPECT_EQ(here(), one_.node());
    EXPECT_FALSE(throws);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception(), nullptr);
}

TEST_F(Coroutines2, catch_blocks_keep_their_exceptions_over_switches_and_threads) {
    test::LiveThreads threads{2};
    int kept = 0;
    Ints::pull_type catching{two_, [&](Ints::push_type& sink) {
                                 try {
                                     throw std::string{"theirs"};
                                 } catch (const std::string&) {
                                     for (int i = 0; i < 4; ++i) {
                                         sink(i);
                                         try {
                                             throw;
                                         } catch (const std::string& what) {
                                             kept += what == "theirs" ? 1 : 0;
                                         }
                                     }
                                 }
                                 sink(4);
                             }};
    for (std::size_t i = 0; i < 4; ++i) {
        threads.run(i, [&] {
            try {
                throw std::string{"mine"};
            } catch (const std::string&) {
                catching();
                EXPECT_THROW(throw, std::string);
            }
            EXPECT_EQ(std::current_exception(), nullptr);
        });
    }
    EXPECT_EQ(kept, 4);
    EXPECT_EQ(catching.get(), 4);
}

// Notes the context it is destroyed in.
struct Witness {
    std::vector<const detail::Node*>& seen;
    ~Witness() { seen.push_back(here()); }
};

TEST_F(Coroutines2, destroying_unwinds_in_the_context_of_the_coroutine) {
    const Scope scope{one_};
    std::vector<const detail::Node*> seen;
    const auto waiting = [&] {
        return Ints::pull_type{two_, [&](Ints::push_type& sink) {
                                   const Witness outer{seen};
                                   try {
                                       throw std::string{"theirs"};
                                   } catch (const std::string&) {
                                       const Scope inner{three_};
                                       const Witness here{seen};
                                       sink(1);
                                   }
                                   ADD_FAILURE() << "went on";
                               }};
    };
    {
        const Ints::pull_type gone = waiting();
        EXPECT_EQ(here(), one_.node());
    }
    Ints::pull_type replaced = waiting();
    replaced = Ints::pull_type{[](Ints::push_type&) {}};
    EXPECT_THROW(
        {
            const Ints::pull_type gone = waiting();
            throw std::runtime_error{"unwinds both"};
        },
        std::runtime_error);
    using Seen = std::vector<const detail::Node*>;
    EXPECT_EQ(seen, (Seen{three_.node(), two_.node(), three_.node(), two_.node(), three_.node(),
                          two_.node()}));
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception(), nullptr);
}

TEST_F(Coroutines2, a_coroutine_that_is_never_used_holds_nothing_when_it_is_gone) {
    const Scope scope{one_};
    const auto owned = std::make_shared<int>(1);
    {
        const Ints::push_type never{two_, [owned](Ints::pull_type&) { ADD_FAILURE() << "ran"; }};
        EXPECT_GE(owned.use_count(), 2);
    }
    EXPECT_EQ(owned.use_count(), 1);
    EXPECT_EQ(here(), one_.node());
}

TEST_F(Coroutines2, a_switch_allocates_nothing) {
    const Scope scope{one_};
    Ints::pull_type numbers{two_, [](Ints::push_type& sink) {
                                for (int i = 0;; ++i)
                                    sink(i);
                            }};
    const test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i)
        numbers();
    EXPECT_EQ(counter.allocations(), 0u);
    EXPECT_EQ(numbers.get(), 100);
}

}  // namespace
}  // namespace ctx
