// ctx/testing/coroutine_contract.hpp: what a type of coroutine that keeps its context must do, as
// tests of GoogleTest.
//
//     struct MyTaskAdapter {
//         using task = my::task<void>;                       // the suite writes such coroutines
//         auto hop() { return ctx::resume_on(pool); }        // awaited: goes on on another thread
//         void run(task coroutine) { my::sync_wait(std::move(coroutine)); }  // here, to its end
//         MyPool pool{2};
//     };
//     using namespace ctx::testing;
//     INSTANTIATE_TYPED_TEST_SUITE_P(MyTask, CoroutineContract, MyTaskAdapter);
//
// run() starts the coroutine with the context that is current, and lets its exception out. Optional:
//
// | member                   | what it says |
// |--------------------------|----------------------------------------------------------------------|
// | `no_scope_over_await`    | why a Scope may not be held over a co_await, as a text |
// | `submit_bare(function)`  | runs it on a thread of hop(), past all contexts |
// | `never()`                | awaited: does not go on |
// | `start(coroutine)`       | starts it until it awaits never(); destroyed by the end of what is |
// |                          | returned. Both are for SuspendedCoroutineContract |
//
// Threads   run() is called by several threads at once.
// Errors    What is wrong becomes failures of the test. A context that is held is waited for as long
//           as patience() says (event.hpp).
// Cost      For tests: less than a second per type.

#pragma once

#include <ctx/testing/detail/contract_task.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace ctx::testing {

namespace detail {

inline constexpr const char* coroutine_hint =
    "Let the coroutine take its context along: derive its promise from ctx::ContextPromise, or put "
    "ctx::await() around what it awaits.";

/// A local of a coroutine that tells in which context it is destroyed.
class Guard {
public:
    Guard(Notes notes, Context wanted) : notes_(std::move(notes)), wanted_(std::move(wanted)) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
        notes_.expect_current(wanted_, "The destructor of a coroutine's local", coroutine_hint);
    }

private:
    Notes notes_;
    Context wanted_;
};

// GCC 12 warns of frames that refer to an adapter in an unnamed namespace, where tests have theirs.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

// What the coroutines of the suite do. Parameters are values: they live in the frame.

template <typename A>
typename A::task hop_and_look(A& adapter, Notes notes, Context own, int hops) {
    notes.expect_current(own, "A coroutine, at its beginning", coroutine_hint);
    for (int i = 0; i < hops; ++i) {
        co_await adapter.hop();
        notes.expect_current(own, "A coroutine, on another thread behind a co_await",
                             coroutine_hint);
    }
}

template <typename A>
typename A::task hold_a_scope(A& adapter, Notes notes, Context own, Context other) {
    {
        const Scope scope{other};
        if constexpr (!requires { A::no_scope_over_await; }) co_await adapter.hop();
        notes.expect_current(other, "A coroutine, in a Scope that it holds over a co_await",
                             coroutine_hint);
    }
    co_await adapter.hop();
    notes.expect_current(own, "A coroutine, behind a Scope", coroutine_hint);
}

template <typename A>
typename A::task await_another(A& adapter, Notes notes, Context own, Context other) {
    co_await hold_a_scope(adapter, notes, own, std::move(other));
    notes.expect_current(own, "A coroutine that awaited another one", coroutine_hint);
}

template <typename A>
typename A::task throw_behind_a_hop(A& adapter, Notes notes, Context own) {
    const Guard guard{std::move(notes), std::move(own)};
    co_await adapter.hop();
    throw OnPurpose{};
}

template <typename A>
typename A::task wait_for_ever(A& adapter, Notes notes, Context own) {
    const Guard guard{notes, std::move(own)};
    co_await adapter.never();
    notes.add("A coroutine went on from never().");
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <typename Adapter>
class CoroutineFixture : public ::testing::Test {
protected:
    using Make = std::function<typename Adapter::task(const Context& own)>;

    void SetUp() override {
        policy_ = set_scope_misuse_policy(ScopeMisusePolicy::count);  // checked below, not fatal
        leaks_ = std::make_unique<LeakCheck>(__FILE__, __LINE__);
        adapter_ = std::make_unique<Adapter>();
    }
    void TearDown() override {
        notes.report("");
        adapter_.reset();
        leaks_.reset();
        set_scope_misuse_policy(policy_);
    }

    [[nodiscard]] Adapter& adapter() noexcept { return *adapter_; }

    /// Runs a coroutine as `own`, whose thread must have it again behind that.
    void run_as(const Context& own, const Make& make) {
        const Scope scope{own};
        try {
            adapter().run(make(own));
        } catch (const OnPurpose&) {
            ++caught;
        }
        notes.expect_current(own, "Whoever ran a coroutine",
                             "The thread that starts a coroutine must have its own context again "
                             "when the coroutine is suspended or has ended.");
    }

    Notes notes;
    std::atomic<int> caught = 0;

private:
    ScopeMisusePolicy policy_ = ScopeMisusePolicy::report;
    std::unique_ptr<LeakCheck> leaks_;
    std::unique_ptr<Adapter> adapter_;
};

}  // namespace detail

/// What every type of coroutine must do that keeps its context.
template <typename Adapter>
class CoroutineContract : public detail::CoroutineFixture<Adapter> {};
TYPED_TEST_SUITE_P(CoroutineContract);

/// What one must do that may be destroyed while it is suspended.
template <typename Adapter>
class SuspendedCoroutineContract : public detail::CoroutineFixture<Adapter> {};
TYPED_TEST_SUITE_P(SuspendedCoroutineContract);

// Including this header is not using it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CoroutineContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SuspendedCoroutineContract);

TYPED_TEST_P(CoroutineContract, keeps_its_context_on_other_threads) {
    this->run_as(make_request(1), [this](const Context& own) {
        return detail::hop_and_look(this->adapter(), this->notes, own, 10);
    });
}

TYPED_TEST_P(CoroutineContract, has_none_when_it_was_started_without_one) {
    const auto hop = [this](const Context& own) {
        return detail::hop_and_look(this->adapter(), this->notes, own, 10);
    };
    this->run_as(make_request(1), hop);
    this->run_as(Context{}, hop);
}

TYPED_TEST_P(CoroutineContract, has_its_own_context_behind_a_scope) {
    this->run_as(make_request(1), [this](const Context& own) {
        return detail::hold_a_scope(this->adapter(), this->notes, own, make_request(2));
    });
}

TYPED_TEST_P(CoroutineContract, has_its_own_context_behind_another_coroutine) {
    this->run_as(make_request(1), [this](const Context& own) {
        return detail::await_another(this->adapter(), this->notes, own, make_request(2));
    });
}

TYPED_TEST_P(CoroutineContract, ends_in_its_context_when_it_throws) {
    this->run_as(make_request(1), [this](const Context& own) {
        return detail::throw_behind_a_hop(this->adapter(), this->notes, own);
    });
    EXPECT_EQ(this->caught, 1) << "run() must let out what the coroutine throws";
}

TYPED_TEST_P(CoroutineContract, threads_are_clean_and_the_context_is_released_behind_it) {
    const Event gone;
    const std::stop_source stop;
    this->run_as(watched(make_request(1, stop), gone), [&](const Context&) {
        return detail::hop_and_look(this->adapter(), this->notes, make_request(1, stop), 3);
    });
    if (!gone.wait()) {
        ADD_FAILURE() << "The context is still held although its coroutine has ended: give it up "
                         "on the thread where the coroutine was suspended, and with its frame.";
    }
    if constexpr (requires { this->adapter().submit_bare(std::function<void()>{}); }) {
        for (int i = 0; i < 8; ++i) {
            const Event looked;
            this->adapter().submit_bare([looked, notes = this->notes] {
                notes.expect_current(ContextView{}, "A thread behind a coroutine",
                                     "Whoever resumes a coroutine must have its own context again "
                                     "when the coroutine is suspended or has ended.");
                looked.arrive();
            });
            ASSERT_TRUE(looked.wait());
        }
    }
}

TYPED_TEST_P(CoroutineContract, many_on_few_threads_never_mix) {
    std::vector<std::thread> starters;
    for (std::uint64_t number = 1; number <= 4; ++number) {
        starters.emplace_back([this, number] {
            for (int i = 0; i < 10; ++i) {
                this->run_as(make_request(number), [this](const Context& own) {
                    return detail::hop_and_look(this->adapter(), this->notes, own, 10);
                });
            }
        });
    }
    for (std::thread& starter : starters)
        starter.join();
}

REGISTER_TYPED_TEST_SUITE_P(CoroutineContract, keeps_its_context_on_other_threads,
                            has_none_when_it_was_started_without_one,
                            has_its_own_context_behind_a_scope,
                            has_its_own_context_behind_another_coroutine,
                            ends_in_its_context_when_it_throws,
                            threads_are_clean_and_the_context_is_released_behind_it,
                            many_on_few_threads_never_mix);

TYPED_TEST_P(SuspendedCoroutineContract, is_destroyed_in_its_context) {
    const Context own = make_request(1);
    const Context destroyer = make_request(2);
    auto suspended = [&] {
        const Scope scope{own};
        return this->adapter().start(detail::wait_for_ever(this->adapter(), this->notes, own));
    }();
    this->notes.expect_current(ContextView{}, "Whoever started a coroutine");
    const Scope scope{destroyer};
    { const auto ended = std::move(suspended); }
    this->notes.expect_current(destroyer, "Whoever destroyed a suspended coroutine");
}
REGISTER_TYPED_TEST_SUITE_P(SuspendedCoroutineContract, is_destroyed_in_its_context);

}  // namespace ctx::testing
