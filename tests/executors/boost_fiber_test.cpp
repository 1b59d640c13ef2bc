// Boost.Fiber on one thread.

#include "executors/boost_fiber_support.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/executors/bind.hpp>
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/all.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ctx {
namespace {

namespace bf = boost::fibers;
using test::here;
using test::on_thread_with;
using test::request;
using RoundRobin = fibers::algo<bf::algo::round_robin>;

class BoostFibers : public test::ExecutorsTest {
protected:
    // Yields `times` times and counts where its context was another than `own`.
    void yields(const Context& own, int times) {
        for (int i = 0; i < times; ++i) {
            look(own);
            boost::this_fiber::yield();
        }
        look(own);
    }
    void look(const Context& own) {
        ++looks_;
        wrong_ += here() == own.node() ? 0 : 1;
    }
    void TearDown() override {
        EXPECT_EQ(wrong_, 0) << "of " << looks_;
        ExecutorsTest::TearDown();
    }

    const Context none_{};
    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);
    int looks_ = 0;
    int wrong_ = 0;
};

TEST_F(BoostFibers, a_fiber_has_the_context_of_whoever_made_it) {
    on_thread_with<RoundRobin>([this] {
        std::vector<bf::fiber> all;
        for (const Context* own : {&one_, &two_, &none_}) {
            const Scope scope{*own};
            for (int i = 0; i < 3; ++i)
                all.emplace_back([this, own] { yields(*own, 5); });
        }
        const Scope scope{three_};
        for (bf::fiber& each : all) {
            each.join();
            look(three_);
        }
    });
    EXPECT_EQ(looks_, 9 * 6 + 9);
}

TEST_F(BoostFibers, a_dispatched_fiber_runs_at_once_with_it) {
    on_thread_with<RoundRobin>([this] {
        const Scope scope{one_};
        bool inside = false;
        bf::fiber outer{bf::launch::dispatch, [&] {
                            inside = true;
                            look(one_);
                            const Scope inner{two_};
                            bf::fiber deeper{bf::launch::dispatch, [&] { yields(two_, 3); }};
                            look(two_);
                            yields(two_, 2);
                            deeper.join();
                            look(two_);
                        }};
        EXPECT_TRUE(inside);
        look(one_);
        yields(one_, 3);
        outer.join();
        look(one_);
    });
}

TEST_F(BoostFibers, bind_gives_a_fiber_another_context) {
    on_thread_with<RoundRobin>([this] {
        const Scope scope{one_};
        bf::fiber bound{bind(two_, [this] { yields(two_, 3); })};
        bf::fiber nobody{background([this] { yields(none_, 3); })};
        yields(one_, 2);
        bound.join();
        nobody.join();
        look(one_);
    });
    EXPECT_EQ(looks_, 4 + 4 + 3 + 1);
}

TEST_F(BoostFibers, scopes_are_held_over_mutexes_conditions_futures_and_timers) {
    on_thread_with<RoundRobin>([this] {
        bf::mutex mutex;
        bf::condition_variable turned;
        bf::promise<int> promise;
        bf::shared_future<int> future{promise.get_future()};
        int turn = 0;
        std::vector<bf::fiber> all;
        for (int i = 0; i < 3; ++i) {
            all.emplace_back([&, i] {
                const Context own = request(10 + static_cast<std::uint64_t>(i));
                const Scope scope{own};
                for (int round = 0; round < 5; ++round) {
                    std::unique_lock lock{mutex};
                    turned.wait(lock, [&] { return turn % 3 == i; });
                    look(own);
                    ++turn;
                    turned.notify_all();
                }
                future.wait_for(std::chrono::microseconds{10 * (3 - i)});
                look(own);
                EXPECT_EQ(future.get(), 7);
                look(own);
            });
        }
        const Scope scope{one_};
        future.wait_for(std::chrono::microseconds{50});
        look(one_);
        promise.set_value(7);
        for (bf::fiber& each : all)
            each.join();
        look(one_);
        EXPECT_EQ(turn, 15);
    });
}

TEST_F(BoostFibers, catch_blocks_keep_their_exceptions_while_others_throw) {
    on_thread_with<RoundRobin>([] {
        int kept = 0;
        const auto throwing = [&](const std::string& name) {
            try {
                throw name;
            } catch (const std::string&) {
                for (int i = 0; i < 4; ++i) {
                    boost::this_fiber::yield();
                    try {
                        throw;
                    } catch (const std::string& what) {
                        kept += what == name ? 1 : 0;
                        boost::this_fiber::yield();
                    }
                }
            }
            EXPECT_EQ(std::current_exception(), nullptr);
        };
        bf::fiber a{throwing, "a"};
        bf::fiber b{bf::launch::dispatch, throwing, "b"};
        throwing("main");
        a.join();
        b.join();
        EXPECT_EQ(kept, 12);
    });
}

struct Priority : fibers::properties {
    explicit Priority(bf::context* fiber) noexcept : properties(fiber) {}
    int level = 0;
};

TEST_F(BoostFibers, a_users_properties_may_be_given_to_a_fiber) {
    on_thread_with<fibers::algo<bf::algo::round_robin, Priority>>([this] {
        const Scope scope{one_};
        auto given = std::make_unique<Priority>(nullptr);
        given->level = 3;
        bf::fiber_properties* const handed_over = given.release();
        bf::fiber with{handed_over, [this] { yields(one_, 3); }};
        EXPECT_EQ(with.properties<Priority>().level, 3);
        bf::fiber without{[this] { yields(one_, 3); }};
        EXPECT_EQ(without.properties<Priority>().level, 0);
        with.join();
        without.join();
        look(one_);
    });
}

// A scheduler of a user, in few lines: the highest level first.
class ByPriority : public bf::algo::algorithm_with_properties<Priority> {
public:
    void awakened(bf::context* fiber, Priority&) noexcept override { ready_.push_back(fiber); }
    bf::context* pick_next() noexcept override {
        if (ready_.empty()) return nullptr;
        auto best = ready_.begin();
        for (auto each = ready_.begin(); each != ready_.end(); ++each) {
            if (level(**each) > level(**best)) best = each;
        }
        bf::context* const next = *best;
        ready_.erase(best);
        return next;
    }
    bool has_ready_fibers() const noexcept override { return !ready_.empty(); }
    void suspend_until(const std::chrono::steady_clock::time_point&) noexcept override {}
    void notify() noexcept override {}

private:
    int level(bf::context& fiber) {
        // The one that looks for fibers which can go on comes last.
        return fiber.is_context(bf::type::dispatcher_context) ? -1 : properties(&fiber).level;
    }
    std::vector<bf::context*> ready_;
};

TEST_F(BoostFibers, a_scheduler_with_properties_works_on_them_and_keeps_contexts) {
    on_thread_with<fibers::algo<ByPriority>>([this] {
        std::string order;
        std::vector<bf::fiber> all;
        for (int level : {1, 3, 2}) {
            const Scope scope{request(static_cast<std::uint64_t>(level))};
            all.emplace_back([this, &order, level, own = Context{current()}] {
                yields(own, 2);
                order += std::to_string(level);
            });
            all.back().properties<Priority>().level = level;
        }
        bf::fiber dispatched{bf::launch::dispatch, [this] { yields(none_, 2); }};
        for (bf::fiber& each : all)
            each.join();
        dispatched.join();
        EXPECT_EQ(order, "321");
    });
}

TEST_F(BoostFibers, another_scheduler_takes_over_with_what_is_ready) {
    on_thread_with<RoundRobin>([this] {
        const Scope scope{one_};
        bf::fiber early{[this] { yields(one_, 4); }};
        const Scope inner{two_};
        yields(two_, 2);
        bf::use_scheduling_algorithm<fibers::algo<bf::algo::shared_work>>();
        look(two_);
        bf::fiber late{[this] { yields(two_, 2); }};
        yields(two_, 2);
        early.join();
        late.join();
        look(two_);
    });
    EXPECT_EQ(looks_, 5 + 3 + 1 + 3 + 3 + 1);
}

TEST_F(BoostFibers, a_scheduler_that_starts_within_a_request_does_not_keep_it) {
    std::thread([this] {
        {
            const Scope scope{request(9)};
            bf::use_scheduling_algorithm<RoundRobin>();
            bf::fiber{[] { boost::this_fiber::yield(); }}.join();
        }
        EXPECT_EQ(live_contexts(), 3);  // one_, two_, three_
        look(none_);
    }).join();
}

TEST_F(BoostFibers, a_switch_allocates_nothing) {
    on_thread_with<RoundRobin>([this] {
        const Scope scope{one_};
        bool stop = false;
        bf::fiber other{[&] {
            while (!stop)
                boost::this_fiber::yield();
        }};
        yields(one_, 2);
        const test::AllocationCounter counter;
        yields(one_, 100);
        EXPECT_EQ(counter.allocations(), 0u);
        stop = true;
        other.join();
    });
}

TEST_F(BoostFibers, a_scope_left_open_by_a_fiber_changes_nothing_elsewhere) {
    const test::CountMisuseOnly quiet;
    on_thread_with<RoundRobin>([this] {
        const Scope scope{one_};
        std::unique_ptr<Scope> open;
        bf::fiber careless{[&] { open = std::make_unique<Scope>(two_); }};
        careless.join();
        look(one_);
        const auto before = test::stat("ctx_scope_misuse_total");
        open.reset();
        EXPECT_EQ(test::stat("ctx_scope_misuse_total"), before + 1);
        look(one_);
    });
}

TEST_F(BoostFibers, a_fiber_that_is_gone_holds_no_context) {
    on_thread_with<RoundRobin>([] {
        const auto before = live_contexts();
        const Scope scope{request(9)};
        for (int i = 0; i < 10; ++i) {
            bf::fiber{[] { const Scope own{request(1)}; }}.detach();
            bf::fiber{[] { boost::this_fiber::yield(); }}.join();
        }
        boost::this_fiber::yield();
        EXPECT_EQ(live_contexts(), before + 1);
    });
}

}  // namespace
}  // namespace ctx
