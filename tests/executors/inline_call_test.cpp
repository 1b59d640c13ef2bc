#include "executors/support.hpp"
#include <ctx/executors/detail/inline_call.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace {

using ctx::detail::InlineCall;
using ctx::detail::InlineKey;

class InlineCalls : public ctx::test::ExecutorsTest {};

int operation = 0;  // what completes, by its address

TEST_F(InlineCalls, find_what_completed_inside_of_them_once) {
    InlineCall call;
    EXPECT_EQ(call.take_completed(), nullptr);
    EXPECT_TRUE(InlineCall::complete(call.key(), &operation));
    EXPECT_EQ(call.take_completed(), &operation);
    EXPECT_EQ(call.take_completed(), nullptr);
}

TEST_F(InlineCalls, are_completed_only_as_the_innermost_one_of_their_thread) {
    EXPECT_FALSE(InlineCall::complete(InlineKey{}, &operation));
    InlineCall outer;
    {
        InlineCall inner;
        EXPECT_FALSE(InlineCall::complete(outer.key(), &operation));
        EXPECT_TRUE(InlineCall::complete(inner.key(), &operation));
    }
    EXPECT_EQ(outer.take_completed(), nullptr);
    std::thread{[key = outer.key()] {
        EXPECT_FALSE(InlineCall::complete(key, &operation));
    }}.join();
    EXPECT_TRUE(InlineCall::complete(outer.key(), &operation));
}

TEST_F(InlineCalls, name_the_coroutine_that_runs_inside_of_them) {
    const int coroutine = 0;
    EXPECT_EQ(InlineCall::innermost_of(&coroutine).call, nullptr);
    InlineCall call{&coroutine};
    EXPECT_EQ(InlineCall::innermost_of(&coroutine).call, &call);
    InlineCall inner;
    EXPECT_EQ(InlineCall::innermost_of(&coroutine).call, nullptr);
}

// Whoever begins one operation after the other has their calls at one address.
class Place {
public:
    InlineKey key_of_a_call_that_is_over() {
        const InlineKey key = call_.emplace().key();
        call_.reset();
        return key;
    }
    bool takes_for_its_own(InlineKey key) {
        EXPECT_EQ(call_.emplace().key().call, key.call);
        const bool taken = InlineCall::complete(key, &operation);
        call_.reset();
        return taken;
    }

private:
    std::optional<InlineCall> call_;
};

TEST_F(InlineCalls, are_not_taken_for_an_earlier_one_at_their_address) {
    Place place;
    EXPECT_FALSE(place.takes_for_its_own(place.key_of_a_call_that_is_over()));
}

TEST_F(InlineCalls, are_not_taken_for_one_of_a_thread_that_had_their_stack) {
    Place place;
    InlineKey over;
    std::thread{[&] { over = place.key_of_a_call_that_is_over(); }}.join();
    std::thread{[&] { EXPECT_FALSE(place.takes_for_its_own(over)); }}.join();
}

}  // namespace
