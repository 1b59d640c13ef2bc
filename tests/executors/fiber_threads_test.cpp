// Fibers that hop between threads which live on.

#include "executors/live_threads.hpp"
#include <ctx/executors/fiber.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

class FiberThreads : public test::ExecutorsTest {};

TEST_F(FiberThreads, the_context_goes_with_the_fiber) {
    const Context one = request(1);
    const Context two = request(2);
    test::LiveThreads threads{3};
    int right = 0;
    fiber hopping{one, [&](fiber&& from) {
                      for (int i = 0; i < 100; ++i) {
                          right += here() == one.node() ? 1 : 0;
                          const Scope scope{two};
                          from = std::move(from).resume();
                          right += here() == two.node() ? 1 : 0;
                      }
                      return std::move(from);
                  }};
    for (std::size_t i = 0; hopping; ++i) {
        threads.run(i, [&] {
            const Scope mine{i % 2 == 0 ? one : two};
            const detail::Node* const before = here();
            hopping = std::move(hopping).resume();
            EXPECT_EQ(here(), before);
        });
    }
    EXPECT_EQ(right, 200);
}

TEST_F(FiberThreads, a_fiber_ends_and_is_made_on_any_thread) {
    const Context one = request(1);
    test::LiveThreads threads{2};
    fiber made;
    const detail::Node* seen = nullptr;
    threads.run(0, [&] {
        const Scope scope{one};
        made = fiber{[&](fiber&& from) {
            seen = here();
            return std::move(from);
        }};
    });
    threads.run(1, [&] { made = std::move(made).resume(); });
    EXPECT_FALSE(made);
    EXPECT_EQ(seen, one.node());
}

// Random programs: each fiber opens and closes scopes, throws and catches, hands the thread to
// back, and knows what its context must be.
class Walker {
public:
    Walker(std::uint32_t seed, int steps) : random_(seed), steps_(steps), own_(request(seed)) {}

    void make() {
        stack_ = fiber{own_, [this](fiber&& from) {
                           scheduler_ = std::move(from);
                           while (steps_ > 0)
                               walk(own_, 0);
                           done_ = true;
                           return std::move(scheduler_);
                       }};
    }

    [[nodiscard]] bool done() const noexcept { return done_; }
    [[nodiscard]] int wrong() const noexcept { return wrong_; }
    void resume() { stack_ = std::move(stack_).resume(); }

private:
    void walk(const Context& expected, int depth) {
        while (steps_-- > 0) {
            const auto choice = random_() % 8;
            if (choice < 2 && depth < 4) {
                const Context inner = request(random_());
                const Scope scope{inner};
                walk(inner, depth + 1);
            } else if (choice == 2 && depth < 4) {
                catching(expected, depth);
            } else if (choice == 3 && depth > 0) {
                return;
            } else {
                scheduler_ = std::move(scheduler_).resume();
            }
            wrong_ += here() == expected.node() ? 0 : 1;
        }
    }

    void catching(const Context& expected, int depth) {
        const int value = static_cast<int>(random_() % 1000);
        try {
            throw value;
        } catch (int) {
            walk(expected, depth + 1);
            try {
                throw;
            } catch (int caught) {
                wrong_ += caught == value ? 0 : 1;
            }
        }
    }

    std::minstd_rand random_;
    int steps_;
    Context own_;
    fiber scheduler_;
    fiber stack_;
    bool done_ = false;
    int wrong_ = 0;
};

TEST_F(FiberThreads, random_programs_on_several_threads_see_their_own_contexts) {
    constexpr std::uint32_t seed = 20230811;
    constexpr std::uint32_t walkers = 20;
    std::minstd_rand random{seed};
    test::LiveThreads threads{3};
    std::vector<std::unique_ptr<Walker>> all;
    for (std::uint32_t i = 0; i < walkers; ++i) {
        all.push_back(std::make_unique<Walker>(static_cast<std::uint32_t>(random()), 300));
        all.back()->make();
    }
    const auto running = [](const auto& walker) { return !walker->done(); };
    while (std::any_of(all.begin(), all.end(), running)) {
        threads.run(random(), [&] {
            for (int i = 0; i < 10; ++i) {
                Walker& next = *all[random() % walkers];
                if (!next.done()) next.resume();
            }
        });
    }
    for (const auto& walker : all)
        EXPECT_EQ(walker->wrong(), 0) << "seed " << seed;
}

}  // namespace
}  // namespace ctx
