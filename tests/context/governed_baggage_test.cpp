// set_baggage() and the audit callback.

#include <ctx/context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using ctx::AuditEvent;
using ctx::Context;
using ctx::EntryType;
using ctx::Field;
using ctx::remove_baggage;
using ctx::set_baggage;
using testing::ElementsAre;

std::vector<std::string>& heard() {
    static std::vector<std::string> events;
    return events;
}

std::string shown(const AuditEvent& event) {
    return std::string(to_string(event.action)) + " " + std::string(event.key) + " " +
           std::string(to_string(event.reason)) + " " + std::to_string(event.size_before) + ">" +
           std::to_string(event.size_after);
}

std::uint64_t counted(std::string_view what) {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == "ctx_baggage_fields_" + std::string(what) + "_total") {
            return sample.value;
        }
    }
    ADD_FAILURE() << "no counter of what was " << what;
    return 0;
}

class GovernedBaggage : public testing::Test {
protected:
    void SetUp() override {
        auto fields = ctx::FieldSet::create(
            {Field{"tenant"}.max_bytes(4), Field{"seats"}.type(EntryType::int64).ttl(2)});
        ASSERT_TRUE(fields.ok()) << fields.status();
        ctx::publish_fields(*std::move(fields));
        heard().clear();
    }
    void TearDown() override {
        ctx::set_audit_callback(nullptr);
        ctx::publish_fields({});
    }
};

TEST_F(GovernedBaggage, keeps_the_declared_size_type_and_ttl) {
    const Context set = set_baggage(Context{}, "tenant", "12345");
    EXPECT_EQ(set.baggage().find("tenant"), "1234");
    const Context seats = set_baggage(set, "seats", "4");
    EXPECT_EQ(seats.baggage().text(), "tenant=1234,seats=4;ttl=2");
    EXPECT_EQ(set_baggage(seats, "seats", "four").baggage().find("seats"), "4");
    EXPECT_EQ(set_baggage(seats, "undeclared", std::string(99, 'x')).baggage().size(), 3U);
}

TEST_F(GovernedBaggage, keeps_everything_else_of_the_context) {
    const Context request =
        Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{3}, {}, {}, false});
    const Context set = set_baggage(request, "tenant", "a");
    EXPECT_EQ(set.span_context(), request.span_context());
    EXPECT_EQ(remove_baggage(set, "tenant").span_context(), request.span_context());
    EXPECT_EQ(set_baggage(request, "seats", "four"), request) << "nothing changed";
    EXPECT_EQ(remove_baggage(request, "tenant"), request) << "nothing to remove";
}

TEST_F(GovernedBaggage, tells_the_audit_what_was_set_overridden_removed_dropped_and_truncated) {
    ctx::set_audit_callback(
        [](const AuditEvent& event) noexcept { heard().push_back(shown(event)); });
    Context context = set_baggage(Context{}, "tenant", "abc");
    context = set_baggage(context, "tenant", "de");
    context = set_baggage(context, "tenant", "fghij");
    context = set_baggage(context, "seats", "four");
    context = set_baggage(context, "free", "x");
    context = remove_baggage(context, "tenant");
    context = remove_baggage(context, "tenant");
    EXPECT_THAT(heard(), ElementsAre("set tenant program 0>3", "overridden tenant program 3>2",
                                     "overridden tenant program 2>4", "truncated tenant size 5>4",
                                     "dropped seats type 4>0", "set free program 0>1",
                                     "removed tenant program 4>0"));
}

TEST_F(GovernedBaggage, tells_the_audit_who_did_it) {
    static std::string who;
    ctx::set_audit_callback([](const AuditEvent& event) noexcept { who = event.who; });
    const Context set = set_baggage(Context{}, "tenant", "a");
    EXPECT_EQ(who, std::string(__FILE__) + ":" + std::to_string(__LINE__ - 1));
    static_cast<void>(remove_baggage(set, "tenant", "handler.cpp", 7));
    EXPECT_EQ(who, "handler.cpp:7");
    static_cast<void>(remove_baggage(set, "tenant", std::string(1000, 'p').c_str(), 123456));
    EXPECT_EQ(who, std::string(240, 'p') + ":123456");
}

TEST_F(GovernedBaggage, is_counted) {
    const auto before = [](const char* what) { return counted(what); };
    const auto set = before("set");
    const auto overridden = before("overridden");
    const auto removed = before("removed");
    const auto dropped = before("dropped");
    const auto truncated = before("truncated");
    Context context = set_baggage(Context{}, "tenant", "abc");
    context = set_baggage(context, "tenant", "abcde");
    context = set_baggage(context, "seats", "four");
    context = remove_baggage(context, "tenant");
    EXPECT_EQ(counted("set"), set + 1);
    EXPECT_EQ(counted("overridden"), overridden + 1);
    EXPECT_EQ(counted("removed"), removed + 1);
    EXPECT_EQ(counted("dropped"), dropped + 1);
    EXPECT_EQ(counted("truncated"), truncated + 1);
    EXPECT_GE(counted("expired") + counted("withheld"), 0U);
}

TEST_F(GovernedBaggage, may_be_changed_by_the_audit_callback_which_does_not_hear_itself) {
    ctx::set_audit_callback([](const AuditEvent& event) noexcept {
        heard().push_back(std::string(event.key));
        const Context inner = set_baggage(ctx::current(), "inner", "x");
        EXPECT_EQ(inner.baggage().find("inner"), "x");
    });
    static_cast<void>(set_baggage(Context{}, "outer", "x"));
    static_cast<void>(set_baggage(Context{}, "again", "x"));
    EXPECT_THAT(heard(), ElementsAre("outer", "again"));
}

TEST_F(GovernedBaggage, is_told_from_any_thread_to_the_callback_of_that_moment) {
    static std::atomic<int> calls{0};
    calls = 0;
    EXPECT_EQ(ctx::set_audit_callback([](const AuditEvent&) noexcept { ++calls; }), nullptr);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int n = 0; n < 100; ++n)
                static_cast<void>(set_baggage(Context{}, "tenant", "a"));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(calls, 400);
    EXPECT_NE(ctx::set_audit_callback(nullptr), nullptr);
    static_cast<void>(set_baggage(Context{}, "tenant", "a"));
    EXPECT_EQ(calls, 400);
}

TEST(GovernedDirections, are_partners_and_outside_always_and_inside_when_a_field_says_so) {
    using ctx::Destination;
    using ctx::detail::governs_admission;
    using ctx::detail::governs_sending;
    using ctx::detail::is_governed;
    const auto publish = [](const Field& field) {
        ctx::publish_fields(*ctx::FieldSet::create({field}));
    };
    publish(Field{"a"}.log());
    EXPECT_FALSE(is_governed(governs_sending, Destination::inside));
    EXPECT_FALSE(is_governed(governs_admission, Destination::inside));
    EXPECT_TRUE(is_governed(governs_sending, Destination::partner));
    EXPECT_TRUE(is_governed(governs_admission, Destination::outside));
    publish(Field{"a"}.max_bytes(3));
    EXPECT_FALSE(is_governed(governs_sending, Destination::inside));
    EXPECT_TRUE(is_governed(governs_admission, Destination::inside));
    publish(Field{"a"}.priority(3));
    EXPECT_TRUE(is_governed(governs_sending, Destination::inside));
    EXPECT_FALSE(is_governed(governs_admission, Destination::inside));
    ctx::publish_fields({});
    EXPECT_FALSE(is_governed(governs_sending, Destination::inside));
    EXPECT_TRUE(is_governed(governs_sending, Destination::outside));
}

}  // namespace
