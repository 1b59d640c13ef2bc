// Exceptions and switches: a catch block keeps its exception, whoever throws elsewhere meanwhile.

#include "executors/live_threads.hpp"
#include <ctx/executors/fiber.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <string>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class FiberExceptions : public test::ExecutorsTest {
protected:
    const Context one_ = request(1);
    const Context two_ = request(2);
};

// What is being handled here.
std::string handled() {
    try {
        throw;
    } catch (const std::string& what) {
        return what;
    }
}

// Suspends itself inside `depth` nested catch blocks, and looks at each on the way out.
void throw_nested(const std::string& name, int depth, fiber& from) {
    try {
        throw name + std::to_string(depth);
    } catch (const std::string& what) {
        if (depth > 1) throw_nested(name, depth - 1, from);
        from = std::move(from).resume();
        EXPECT_EQ(handled(), name + std::to_string(depth));
        EXPECT_EQ(what, name + std::to_string(depth));
    }
}

fiber throwing(const Context& own, const std::string& name) {
    return fiber{own, [&own, name](fiber&& from) {
                     throw_nested(name, 3, from);
                     EXPECT_EQ(std::current_exception(), nullptr);
                     EXPECT_EQ(here(), own.node());
                     return std::move(from);
                 }};
}

TEST_F(FiberExceptions, catch_blocks_of_interleaved_fibers_keep_their_exceptions) {
    fiber a = throwing(one_, "a");
    fiber b = throwing(two_, "b");
    while (a) {
        EXPECT_EQ(std::current_exception(), nullptr);
        a = std::move(a).resume();
        b = std::move(b).resume();
    }
    EXPECT_FALSE(b);
}

TEST_F(FiberExceptions, a_catch_block_of_the_resumer_keeps_its_exception) {
    fiber a = throwing(one_, "a");
    a = std::move(a).resume();
    try {
        throw std::string{"mine"};
    } catch (const std::string&) {
        while (a) {
            a = std::move(a).resume();
            EXPECT_EQ(handled(), "mine");
        }
    }
    EXPECT_EQ(std::current_exception(), nullptr);
}

TEST_F(FiberExceptions, a_catch_block_goes_with_its_fiber_to_another_thread) {
    test::LiveThreads threads{3};
    fiber a = throwing(one_, "a");
    fiber b = throwing(two_, "b");
    for (std::size_t i = 0; a; ++i) {
        threads.run(i, [&] {
            a = std::move(a).resume();
            EXPECT_EQ(std::current_exception(), nullptr);
        });
        threads.run(i + 1, [&] {
            b = std::move(b).resume();
            EXPECT_EQ(std::current_exception(), nullptr);
        });
    }
    EXPECT_FALSE(b);
}

TEST_F(FiberExceptions, an_exception_is_thrown_on_another_thread_than_it_was_caught_on) {
    test::LiveThreads threads{2};
    std::string said;
    fiber hopping{one_, [&](fiber&& from) {
                      try {
                          try {
                              throw std::string{"first"};
                          } catch (const std::string&) {
                              from = std::move(from).resume();
                              throw;
                          }
                      } catch (const std::string& what) {
                          said = what;
                          EXPECT_EQ(here(), one_.node());
                      }
                      return std::move(from);
                  }};
    threads.run(0, [&] { hopping = std::move(hopping).resume(); });
    threads.run(1, [&] { hopping = std::move(hopping).resume(); });
    EXPECT_FALSE(hopping);
    EXPECT_EQ(said, "first");
}

// Switches in its destructor, while an exception is on its way.
struct SwitchesWhenDestroyed {
    fiber& from;
    int& seen;

    ~SwitchesWhenDestroyed() {
        from = std::move(from).resume();
        seen = std::uncaught_exceptions();
    }
};

TEST_F(FiberExceptions, exceptions_on_their_way_are_counted_per_stack) {
    int seen = -1;
    fiber unwinding{one_, [&](fiber&& from) {
                        try {
                            const SwitchesWhenDestroyed guard{from, seen};
                            throw std::string{"on its way"};
                        } catch (const std::string&) {
                        }
                        EXPECT_EQ(std::uncaught_exceptions(), 0);
                        return std::move(from);
                    }};
    unwinding = std::move(unwinding).resume();
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_FALSE(std::move(unwinding).resume());
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

}  // namespace
}  // namespace ctx
