#include "executors/support.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/fiber.hpp>

#include <boost/context/protected_fixedsize_stack.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

static_assert(!std::is_copy_constructible_v<fiber>);
static_assert(std::is_nothrow_move_constructible_v<fiber>);
static_assert(std::is_nothrow_move_assignable_v<fiber>);
static_assert(!std::is_constructible_v<fiber, int>);
static_assert(sizeof(fiber) == 2 * sizeof(void*));

class Fibers : public test::ExecutorsTest {
protected:
    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);
};

TEST_F(Fibers, a_handle_is_empty_until_it_is_given_a_stack) {
    fiber none;
    EXPECT_FALSE(none);
    EXPECT_TRUE(!none);
    fiber some{[](fiber&& from) { return std::move(from); }};
    EXPECT_TRUE(some);
    swap(none, some);
    EXPECT_TRUE(none);
    EXPECT_FALSE(some);
    some = std::move(none);
    EXPECT_FALSE(std::move(some).resume());
}

TEST_F(Fibers, a_fiber_starts_with_the_context_of_its_creator) {
    const detail::Node* seen = nullptr;
    fiber made = [&] {
        const Scope scope{one_};
        return fiber{[&](fiber&& from) {
            seen = here();
            return std::move(from);
        }};
    }();
    const Scope scope{two_};
    EXPECT_FALSE(std::move(made).resume());
    EXPECT_EQ(seen, one_.node());
    EXPECT_EQ(here(), two_.node());
}

TEST_F(Fibers, a_fiber_starts_with_the_context_it_is_given) {
    const Scope scope{one_};
    std::vector<const detail::Node*> seen;
    const auto look = [&](fiber&& from) {
        seen.push_back(here());
        return std::move(from);
    };
    EXPECT_FALSE(fiber(two_, look).resume());
    EXPECT_FALSE(fiber(Context{}, look).resume());
    EXPECT_EQ(seen, (std::vector<const detail::Node*>{two_.node(), nullptr}));
}

TEST_F(Fibers, both_sides_have_their_own_context_after_every_switch) {
    const Scope scope{one_};
    int right = 0;
    const auto hop = [&](const Context& own) {
        return fiber{own, [&right, &own](fiber&& from) {
                         for (int i = 0; i < 10; ++i) {
                             right += here() == own.node() ? 1 : 0;
                             from = std::move(from).resume();
                         }
                         return std::move(from);
                     }};
    };
    fiber a = hop(two_);
    fiber b = hop(three_);
    while (a) {
        a = std::move(a).resume();
        EXPECT_EQ(here(), one_.node());
        b = std::move(b).resume();
        EXPECT_EQ(here(), one_.node());
    }
    EXPECT_FALSE(b);
    EXPECT_EQ(right, 20);
}

TEST_F(Fibers, a_scope_may_be_held_over_switches) {
    const auto misused = [] { return test::stat("ctx_scope_misuse_total"); };
    const auto before = misused();
    fiber scoped{one_, [&](fiber&& from) {
                     {
                         const Scope outer{two_};
                         from = std::move(from).resume();
                         EXPECT_EQ(here(), two_.node());
                         {
                             const Scope inner{three_};
                             from = std::move(from).resume();
                             EXPECT_EQ(here(), three_.node());
                         }
                         EXPECT_EQ(here(), two_.node());
                         from = std::move(from).resume();
                     }
                     EXPECT_EQ(here(), one_.node());
                     return std::move(from);
                 }};
    for (int i = 0; scoped; ++i) {  // each time inside another number of scopes
        std::vector<std::unique_ptr<Scope>> scopes;
        for (int j = 0; j < i; ++j)
            scopes.push_back(std::make_unique<Scope>(two_));
        scoped = std::move(scoped).resume();
        while (!scopes.empty())
            scopes.pop_back();
    }
    EXPECT_EQ(misused(), before);
}

TEST_F(Fibers, fibers_hand_the_thread_on_to_each_other) {
    const Scope scope{one_};
    std::vector<const detail::Node*> seen;
    fiber main;
    fiber last{three_, [&](fiber&& from) {
                   EXPECT_FALSE(from);  // the one before has ended
                   seen.push_back(here());
                   return std::move(main);
               }};
    fiber first{two_, [&](fiber&& from) {
                    main = std::move(from);
                    seen.push_back(here());
                    return std::move(last);
                }};
    EXPECT_FALSE(std::move(first).resume());
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(seen, (std::vector<const detail::Node*>{two_.node(), three_.node()}));
}

TEST_F(Fibers, resume_with_runs_on_the_fiber_with_its_context) {
    const Scope scope{one_};
    std::vector<const detail::Node*> seen;
    const auto look = [&](fiber&& from) {
        seen.push_back(here());
        return std::move(from);
    };
    fiber waiting{two_, [&](fiber&& from) {
                      const Scope inner{three_};
                      from = std::move(from).resume();
                      seen.push_back(here());
                      return std::move(from);
                  }};
    waiting = std::move(waiting).resume_with(look);  // before it begins
    EXPECT_EQ(seen, (std::vector<const detail::Node*>{two_.node()}));
    EXPECT_FALSE(std::move(waiting).resume_with(look));
    EXPECT_EQ(seen, (std::vector<const detail::Node*>{two_.node(), three_.node(), three_.node()}));
    EXPECT_EQ(here(), one_.node());
}

TEST_F(Fibers, what_resume_with_throws_comes_out_of_the_fiber_s_resume) {
    std::optional<std::string_view> said;
    fiber main;
    fiber waiting{two_, [&](fiber&& from) {
                      try {
                          from = std::move(from).resume();
                      } catch (const std::runtime_error&) {
                          said = here() == two_.node() ? "inside" : "outside";
                      }
                      return std::move(main);
                  }};
    waiting = std::move(waiting).resume();
    EXPECT_FALSE(std::move(waiting).resume_with([&](fiber&& from) -> fiber {
        main = std::move(from);
        throw std::runtime_error{"go away"};
    }));
    EXPECT_EQ(said, "inside");
}

TEST_F(Fibers, callcc_enters_at_once) {
    const Scope scope{one_};
    std::vector<const detail::Node*> seen;
    const auto body = [&](fiber&& from) {
        seen.push_back(here());
        from = std::move(from).resume();
        seen.push_back(here());
        return std::move(from);
    };
    fiber inherits = callcc(body);
    fiber given = callcc(two_, body);
    fiber guarded = callcc(std::allocator_arg, boost::context::protected_fixedsize_stack{}, body);
    ASSERT_EQ(seen.size(), 3u);
    for (fiber* each : {&inherits, &given, &guarded})
        *each = std::move(*each).resume();
    EXPECT_EQ(seen, (std::vector<const detail::Node*>{one_.node(), two_.node(), one_.node(),
                                                      one_.node(), two_.node(), one_.node()}));
    EXPECT_EQ(here(), one_.node());
}

TEST_F(Fibers, a_switch_allocates_nothing) {
    const Scope scope{one_};
    fiber hopping{two_, [](fiber&& from) {
                      for (;;)
                          from = std::move(from).resume();
                      return std::move(from);
                  }};
    hopping = std::move(hopping).resume();
    const test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        hopping = std::move(hopping).resume();
        hopping = std::move(hopping).resume_with([](fiber&& from) { return std::move(from); });
    }
    EXPECT_EQ(counter.allocations(), 0u);
}

// Misuse: a Scope that ends on another stack than it began.

TEST_F(Fibers, a_scope_that_ends_on_another_stack_is_counted_and_changes_nothing_there) {
    const test::CountMisuseOnly quiet;
    const auto before = test::stat("ctx_scope_misuse_total");
    const Scope scope{one_};
    std::unique_ptr<Scope> strayed;
    fiber careless{two_, [&](fiber&& from) {
                       strayed = std::make_unique<Scope>(three_);
                       from = std::move(from).resume();
                       EXPECT_EQ(here(), three_.node());
                       return std::move(from);
                   }};
    careless = std::move(careless).resume();
    strayed.reset();
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(test::stat("ctx_scope_misuse_total"), before + 1);
}

TEST_F(Fibers, a_scope_left_open_at_the_end_is_counted_and_dropped) {
    const test::CountMisuseOnly quiet;
    const auto before = test::stat("ctx_scope_left_open_total");
    const Scope scope{one_};
    std::unique_ptr<Scope> open;
    fiber careless{two_, [&](fiber&& from) {
                       open = std::make_unique<Scope>(three_);
                       return std::move(from);
                   }};
    EXPECT_FALSE(std::move(careless).resume());
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(test::stat("ctx_scope_left_open_total"), before + 1);
    open.reset();
    EXPECT_EQ(here(), one_.node());
}

}  // namespace
}  // namespace ctx
