// ctx/testing/context_checks.hpp: requests for tests, and checks of whose context is current.
//
//     class Orders : public ctx::testing::ContextTest {};     // fails a test that leaks a context
//
//     TEST_F(Orders, are_charged_for_their_customer) {
//         const ctx::Context request = ctx::testing::make_request(1);
//         const ctx::Scope scope{request};
//         pool.post([=] { EXPECT_TRUE(ctx::testing::context_is(request)); });
//         …
//     }
//
// A failure names both requests and what differs:
//
//     the current context is request=2 (trace …02, span …02), wanted request=1 (trace …01, span …01)
//
// Threads   The functions are safe from any thread. A LeakCheck belongs to the thread that made it;
//           it counts the contexts of all.
// Errors    What is wrong becomes a failure of the running test. Nothing throws but std::bad_alloc.
// Cost      For tests.

#pragma once

#include <ctx/context.hpp>
#include <ctx/executors/cancellation.hpp>
#include <ctx/testing/event.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace ctx::testing {

/// Request number `number`: ids, flags, tracestate, baggage, deadline and stop token of its own.
/// The same number gives the same values, but for the stop token, which is that of `stop`.
[[nodiscard]] inline Context make_request(std::uint64_t number, const std::stop_source& stop = {}) {
    using std::chrono::hours;
    using std::chrono::steady_clock;
    static const steady_clock::time_point far = steady_clock::now() + hours{1000};
    const std::string text = std::to_string(number);
    const SpanContext span{.trace_id = TraceId{0x7465737400000000U, number},
                           .span_id = SpanId{0x7370616e00000000U + number},
                           .flags = TraceFlags{static_cast<unsigned>(number % 4)},
                           .trace_state = TraceState::parse("test=" + text),
                           .remote = false};
    const Context named = Context{}.with_span_and_baggage(
        span, Baggage{}.set("request", text).set("tenant", "tenant-" + std::to_string(number % 7)));
    return with_stop_token(with_deadline(named, far + std::chrono::seconds{number}),
                           stop.get_token());
}

/// `context` as failures name it.
[[nodiscard]] inline std::string describe(ContextView context) {
    if (!context) return "none";
    return "request=" + std::string{context.baggage().find("request").value_or("?")} + " (trace " +
           context.trace_id().to_string() + ", span " + context.span_id().to_string() + ")";
}

namespace detail {

/// What of a request a context lacks or has otherwise, as a list of names; empty: nothing.
inline std::string differences(ContextView wanted, ContextView actual) {
    std::string names;
    const auto compare = [&names](bool same, std::string_view name) {
        if (!same) names.append(names.empty() ? "" : ", ").append(name);
    };
    const auto value_of = [](ContextView context, const auto& key) {
        const auto* const value = context.get(key);
        return value == nullptr ? std::remove_cvref_t<decltype(*value)>{} : *value;
    };
    compare(static_cast<bool>(wanted) == static_cast<bool>(actual), "being there");
    compare(wanted.trace_id() == actual.trace_id(), "trace id");
    compare(wanted.span_id() == actual.span_id(), "span id");
    compare(wanted.flags() == actual.flags(), "flags");
    compare(wanted.trace_state() == actual.trace_state(), "tracestate");
    compare(wanted.baggage() == actual.baggage(), "baggage");
    compare(value_of(wanted, deadline_key) == value_of(actual, deadline_key), "deadline");
    compare(stop_token_of(wanted) == stop_token_of(actual), "stop token");
    return names;
}

}  // namespace detail

/// Whether `actual` says, value by value, what `wanted` says: ids, flags, tracestate, baggage,
/// deadline, stop token.
[[nodiscard]] inline ::testing::AssertionResult same_context(ContextView wanted,
                                                             ContextView actual) {
    if (wanted == actual) return ::testing::AssertionSuccess() << "it is " << describe(actual);
    const std::string differs = detail::differences(wanted, actual);
    if (differs.empty()) return ::testing::AssertionSuccess() << "it equals " << describe(actual);
    return ::testing::AssertionFailure() << "the context is " << describe(actual) << ", wanted "
                                         << describe(wanted) << "; it differs in " << differs;
}

/// The same of the current context: `EXPECT_TRUE(context_is(request))`.
[[nodiscard]] inline ::testing::AssertionResult context_is(ContextView wanted) {
    const ContextView actual = current();
    if (const auto same = same_context(wanted, actual); same) return same;
    return ::testing::AssertionFailure()
           << "the current context is " << describe(actual) << ", wanted " << describe(wanted)
           << "; it differs in " << detail::differences(wanted, actual);
}

/// Whether no context is current: `EXPECT_TRUE(no_context())`.
[[nodiscard]] inline ::testing::AssertionResult no_context() {
    if (!current()) return ::testing::AssertionSuccess() << "no context is current";
    return ::testing::AssertionFailure()
           << "the current context is " << describe(current()) << ", wanted none";
}

namespace detail {

/// Tells an event that it is gone.
class Farewell {
public:
    explicit Farewell(Event event) noexcept : event_(std::move(event)) {}
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell() { event_.arrive(); }

private:
    Event event_;
};

inline constexpr Key<std::shared_ptr<const Farewell>> farewell_key{"ctx::testing::watched"};

}  // namespace detail

/// `context`, derived so that `gone` happens when nobody holds the result, or what is derived from
/// it, any more.
[[nodiscard]] inline Context watched(ContextView context, Event gone) {
    return context.with(detail::farewell_key,
                        std::make_shared<const detail::Farewell>(std::move(gone)));
}

/// The value of a counter of ctx::stats(), or zero.
[[nodiscard]] inline std::uint64_t counter(std::string_view name) {
    for (const StatSample& sample : stats()) {
        if (sample.name == name) return sample.value;
    }
    return 0;
}

/// From its making to its end no context may leak: no more are alive, the current one is the same,
/// and no Scope was misused or left open. What is wrong is added to the running test. Contexts that
/// were made before may end meanwhile; each that does hides one that leaks.
class LeakCheck {
public:
    explicit LeakCheck(const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : file_(file), line_(line) {}
    LeakCheck(const LeakCheck&) = delete;
    LeakCheck& operator=(const LeakCheck&) = delete;
    ~LeakCheck() {
        try {
            finish();
        } catch (const std::exception& error) {
            ADD_FAILURE_AT(file_, line_) << "no check for leaks: " << error.what();
        }
    }

    /// Scopes are misused on purpose: neither reported nor a reason to abort until the end.
    void allow_scope_misuse() noexcept {
        if (!allows_misuse_) policy_ = set_scope_misuse_policy(ScopeMisusePolicy::count);
        allows_misuse_ = true;
    }

    /// Checks now, and never again.
    /// @param limit  how long other threads may take to let go of contexts.
    void finish(std::chrono::milliseconds limit = patience()) {
        if (std::exchange(is_finished_, true)) return;
        if (allows_misuse_) set_scope_misuse_policy(policy_);
        if (current() != before_) {
            ADD_FAILURE_AT(file_, line_)
                << "a context is still current on this thread: " << describe(current())
                << "; a Scope that was opened meanwhile has not ended";
        }
        check_live(limit);
        if (allows_misuse_) return;
        check_counter("ctx_scope_misuse_total", misuse_,
                      " Scopes ended out of order, on another thread, or over a suspension");
        check_counter("ctx_scope_left_open_total", left_open_,
                      " tasks ended while a Scope that they had opened was open");
    }

private:
    // Threads of others let go of what they ran when they get round to it.
    void check_live(std::chrono::milliseconds limit) const {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (live_contexts() > live_ && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        if (const std::int64_t more = live_contexts() - live_; more > 0) {
            ADD_FAILURE_AT(file_, line_)
                << more << " more contexts are alive than before: something still holds them";
        }
    }

    void check_counter(std::string_view name, std::uint64_t before, const char* what) const {
        if (const std::uint64_t count = counter(name) - before; count != 0)
            ADD_FAILURE_AT(file_, line_) << count << what;
    }

    const char* file_;
    int line_;
    Context before_{current()};
    std::int64_t live_ = live_contexts();
    std::uint64_t misuse_ = counter("ctx_scope_misuse_total");
    std::uint64_t left_open_ = counter("ctx_scope_left_open_total");
    ScopeMisusePolicy policy_ = ScopeMisusePolicy::report;
    bool allows_misuse_ = false;
    bool is_finished_ = false;
};

/// A LeakCheck around each test, SetUp() and TearDown() of derived fixtures included if they call
/// these. What is a member of a fixture lives longer than the check: it must hold no context then.
class ContextTest : public ::testing::Test {
protected:
    void SetUp() override { leaks_ = std::make_unique<LeakCheck>(__FILE__, __LINE__); }
    void TearDown() override { leaks_.reset(); }

    [[nodiscard]] LeakCheck& leaks() noexcept { return *leaks_; }

private:
    std::unique_ptr<LeakCheck> leaks_;
};

}  // namespace ctx::testing
