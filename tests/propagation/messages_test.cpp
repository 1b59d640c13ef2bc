// The property maps of messages: AMQP 1.0 and 0-9-1, MQTT 5.

#include "propagation/headers.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

namespace {

using ctx::test::caller_span;
using ctx::test::caller_trace;
using ctx::test::caller_traceparent;
using ctx::test::counted;
using ctx::test::Headers;
using ctx::test::only;

using Properties = std::map<std::string, std::string>;

// What a publisher that follows the draft of the W3C writes.
std::string binary_traceparent() {
    char bytes[ctx::binary_trace_context_size];
    ctx::write_binary_trace_context(*ctx::parse_traceparent(caller_traceparent), bytes);
    return {bytes, sizeof bytes};
}

TEST(AmqpMessage, has_its_context_in_its_application_properties) {
    const auto sent = ctx::Propagators{}.extract(
        Properties{{"traceparent", std::string{caller_traceparent}}, {"baggage", "k=v"}});
    Properties properties{{"subject", "orders"}};
    ctx::Propagators{}.inject(sent, properties);
    EXPECT_EQ(properties.at("traceparent"), caller_traceparent);
    EXPECT_EQ(properties.at("baggage"), "k=v");
    EXPECT_EQ(properties.at("subject"), "orders");
    EXPECT_EQ(properties.size(), 3U);
}

TEST(AmqpMessage, may_have_a_traceparent_of_bytes) {
    const auto context = ctx::Propagators{}.extract(
        Properties{{"traceparent", binary_traceparent()}, {"tracestate", "rojo=1"}});
    EXPECT_EQ(context.trace_id().to_string(), caller_trace);
    EXPECT_EQ(context.span_id().to_string(), caller_span);
    EXPECT_TRUE(context.flags().sampled());
    EXPECT_TRUE(context.span_context().remote);
    EXPECT_EQ(context.trace_state().header(), "rojo=1");
}

TEST(AmqpMessage, with_fewer_bytes_begins_a_trace_and_is_counted) {
    const std::string whole = binary_traceparent();
    const auto before = counted("ctx_propagation_traceparent_malformed_total");
    const std::size_t without_flags = whole.size() - 2;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        if (size == without_flags) continue;  // flags may be left out
        EXPECT_FALSE(ctx::Propagators{}.extract(Properties{{"traceparent", whole.substr(0, size)}}))
            << size;
    }
    EXPECT_EQ(counted("ctx_propagation_traceparent_malformed_total"), before + whole.size() - 2);
}

TEST(AmqpMessage, of_bytes_is_sent_on_as_text) {
    Properties properties{{"traceparent", binary_traceparent()}};
    ctx::Propagators{}.inject(ctx::Propagators{}.extract(properties), properties);
    EXPECT_EQ(properties.at("traceparent"), caller_traceparent);
}

// What the broker noted goes before what the publisher wrote.
TEST(AmqpMessage, is_read_from_the_annotations_first) {
    const Properties annotations{{"traceparent", std::string{caller_traceparent}}};
    const Properties properties{
        {"traceparent", "00-11111111111111111111111111111111-2222222222222222-00"}};
    const auto read = [](const Properties& first, const Properties& second) {
        const ctx::Propagators propagators;
        const ctx::Context noted = propagators.extract(first);
        return noted.trace_id().is_valid() ? noted : propagators.extract(second);
    };
    EXPECT_EQ(read(annotations, properties).trace_id().to_string(), caller_trace);
    EXPECT_EQ(read({}, annotations).trace_id().to_string(), caller_trace);
}

TEST(MqttMessage, has_its_context_in_its_user_properties) {
    Headers user_properties{{"content", "json"},
                            {"traceparent", std::string{caller_traceparent}},
                            {"content", "again"}};  // names may repeat
    const ctx::Propagators propagators;
    const auto context = propagators.extract(user_properties);
    EXPECT_EQ(context.trace_id().to_string(), caller_trace);
    const ctx::SpanContext child = ctx::child_of(context);
    propagators.inject(context.with_span(child), user_properties);
    char text[ctx::traceparent_size];
    ctx::write_traceparent(child, text);
    EXPECT_EQ(only(user_properties, "traceparent"), (std::string_view{text, sizeof text}));
    EXPECT_EQ(user_properties.size(), 3U);
}

}  // namespace
