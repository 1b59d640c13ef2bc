// Destroying a suspended fiber unwinds its stack, in its own context.

#include "executors/live_threads.hpp"
#include <ctx/executors/fiber.hpp>

#include <boost/context/fixedsize_stack.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

using Seen = std::vector<const detail::Node*>;

// Notes the context it is destroyed in.
class Witness {
public:
    explicit Witness(Seen& seen) noexcept : seen_(&seen) {}
    Witness(Witness&& other) noexcept : seen_(std::exchange(other.seen_, nullptr)) {}
    Witness& operator=(Witness&&) = delete;
    ~Witness() {
        if (seen_ != nullptr) seen_->push_back(here());
    }

private:
    Seen* seen_;
};

class FiberDestruction : public test::ExecutorsTest {
protected:
    // Suspended inside a Scope of three_, with a local in that and one outside.
    fiber suspended() {
        return callcc(two_, [this](fiber&& from) {
            const Witness outer{seen_};
            const Scope scope{three_};
            const Witness inner{seen_};
            from = std::move(from).resume();
            ADD_FAILURE() << "went on";
            return std::move(from);
        });
    }

    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);
    Seen seen_;
};

TEST_F(FiberDestruction, unwinds_in_the_context_of_the_fiber_and_keeps_the_destroyer_s) {
    const Scope scope{one_};
    {
        const fiber gone = suspended();
        EXPECT_EQ(here(), one_.node());
    }
    EXPECT_EQ(seen_, (Seen{three_.node(), two_.node()}));
    EXPECT_EQ(here(), one_.node());
}

TEST_F(FiberDestruction, assigning_over_a_fiber_destroys_it) {
    const Scope scope{one_};
    fiber gone = suspended();
    gone = fiber{};
    EXPECT_EQ(seen_, (Seen{three_.node(), two_.node()}));
    EXPECT_EQ(here(), one_.node());
}

TEST_F(FiberDestruction, happens_on_any_thread) {
    test::LiveThreads threads{2};
    fiber gone;
    threads.run(0, [&] { gone = suspended(); });
    threads.run(1, [&] {
        const Scope scope{one_};
        gone = fiber{};
        EXPECT_EQ(here(), one_.node());
    });
    EXPECT_EQ(seen_, (Seen{three_.node(), two_.node()}));
}

TEST_F(FiberDestruction, a_function_that_never_ran_is_destroyed_in_its_context) {
    const Scope scope{one_};
    {
        const fiber never{two_, [witness = Witness{seen_}](fiber&& from) {
                              ADD_FAILURE() << "ran";
                              return std::move(from);
                          }};
    }
    EXPECT_EQ(seen_, (Seen{two_.node()}));
    EXPECT_EQ(here(), one_.node());
}

TEST_F(FiberDestruction, a_function_that_ran_is_destroyed_in_its_context) {
    const Scope scope{one_};
    fiber ran{two_, [witness = Witness{seen_}](fiber&& from) mutable { return std::move(from); }};
    EXPECT_FALSE(std::move(ran).resume());
    EXPECT_EQ(seen_, (Seen{two_.node()}));
}

TEST_F(FiberDestruction, a_fiber_unwinds_those_it_owns) {
    const Scope scope{one_};
    {
        const fiber outer = callcc(one_, [this](fiber&& from) {
            const Witness before{seen_};
            const fiber inner = suspended();
            from = std::move(from).resume();
            return std::move(from);
        });
    }
    EXPECT_EQ(seen_, (Seen{three_.node(), two_.node(), one_.node()}));
    EXPECT_EQ(here(), one_.node());
}

// Resumes another fiber while its own stack unwinds.
struct ResumesWhenDestroyed {
    fiber other;
    ~ResumesWhenDestroyed() { other = std::move(other).resume(); }
};

TEST_F(FiberDestruction, fibers_may_be_resumed_while_a_stack_unwinds) {
    int resumed = 0;
    {
        const fiber gone = callcc(two_, [&](fiber&& from) {
            const ResumesWhenDestroyed guard{fiber{three_, [&](fiber&& unwinding) {
                                                       resumed += here() == three_.node() ? 1 : 0;
                                                       return std::move(unwinding);
                                                   }}};
            from = std::move(from).resume();
            return std::move(from);
        });
    }
    EXPECT_EQ(resumed, 1);
}

TEST_F(FiberDestruction, inside_catch_blocks_on_both_sides_keeps_the_exceptions) {
    fiber gone = callcc(two_, [&](fiber&& from) {
        try {
            throw std::runtime_error{"theirs"};
        } catch (const std::runtime_error&) {
            from = std::move(from).resume();
        }
        return std::move(from);
    });
    try {
        throw std::logic_error{"mine"};
    } catch (const std::logic_error&) {
        gone = fiber{};
        EXPECT_THROW(throw, std::logic_error);
    }
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST_F(FiberDestruction, may_be_part_of_the_destroyer_s_own_unwinding) {
    const Scope scope{one_};
    EXPECT_THROW(
        {
            const fiber gone = suspended();
            throw std::runtime_error{"unwinds both"};
        },
        std::runtime_error);
    EXPECT_EQ(seen_, (Seen{three_.node(), two_.node()}));
    EXPECT_EQ(here(), one_.node());
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

// An allocator that counts the stacks which are in use.
struct CountedStacks : boost::context::fixedsize_stack {
    int* used;

    boost::context::stack_context allocate() {
        ++*used;
        return boost::context::fixedsize_stack::allocate();
    }
    void deallocate(boost::context::stack_context& stack) noexcept {
        --*used;
        boost::context::fixedsize_stack::deallocate(stack);
    }
};

TEST_F(FiberDestruction, stacks_go_back_to_their_allocator) {
    int used = 0;
    const CountedStacks stacks{{}, &used};
    const auto body = [](fiber&& from) {
        from = std::move(from).resume();
        return std::move(from);
    };
    {
        fiber ends{std::allocator_arg, stacks, body};
        const fiber waits = callcc(std::allocator_arg, stacks, body);
        const fiber never{std::allocator_arg, stacks, two_, body};
        EXPECT_EQ(used, 3);
        ends = std::move(ends).resume();
        EXPECT_FALSE(std::move(ends).resume());
        EXPECT_EQ(used, 2);
    }
    EXPECT_EQ(used, 0);
}

struct ThrowsWhenCopied {
    ThrowsWhenCopied() = default;
    ThrowsWhenCopied(const ThrowsWhenCopied&) { throw std::runtime_error{"no copies"}; }
    fiber operator()(fiber&& from) const { return std::move(from); }
};

TEST_F(FiberDestruction, a_function_that_cannot_be_copied_leaves_no_stack_behind) {
    int used = 0;
    const ThrowsWhenCopied function;
    EXPECT_THROW(static_cast<void>(fiber(std::allocator_arg, CountedStacks{{}, &used}, function)),
                 std::runtime_error);
    EXPECT_EQ(used, 0);
}

TEST(FiberDestructionDeathTest, a_fiber_that_does_not_unwind_ends_the_process) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            fiber main;
            const fiber stubborn = callcc([&](fiber&& from) {
                main = std::move(from);
                try {
                    main = std::move(main).resume();
                } catch (...) {
                }
                return std::move(main);
            });
        },
        "");
}

}  // namespace
}  // namespace ctx
