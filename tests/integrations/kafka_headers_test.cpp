#include "integrations/kafka_headers.hpp"
#include <ctx/propagation/b3.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace ctx::test;

TEST(KafkaHeaders, of_many_with_one_name_the_last_is_read) {
    const CHeaders headers = new_headers();
    add(headers, "traceparent", "00-11111111111111111111111111111111-1111111111111111-00");
    add(headers, "Traceparent", traceparent);
    EXPECT_EQ(ctx::extract(*headers).trace_id().to_string(), trace);
}

TEST(KafkaHeaders, are_replaced_and_never_doubled) {
    const CHeaders headers = new_headers();
    add(headers, "traceparent", "stale");
    add(headers, "TraceParent", "stale too");
    add(headers, "key", "stays");
    add(headers, "tracestate", "stale=1");
    ctx::inject(sender(), *headers);
    ctx::inject(sender(), *headers);
    EXPECT_EQ(rd_kafka_header_cnt(headers.get()), 3U);
    EXPECT_EQ(ctx::extract(*headers).span_context(), sender().span_context());
}

TEST(KafkaHeaders, of_many_spellings_go_in_one_walk) {
    const CHeaders headers = new_headers();
    for (unsigned spelling = 0; spelling < 2048; ++spelling) {
        std::string name = "traceparent";
        for (std::size_t i = 0; i < name.size(); ++i) {
            if ((spelling >> i & 1U) != 0) name[i] = static_cast<char>(name[i] - ('a' - 'A'));
        }
        add(headers, name.c_str(), "stale");
    }
    ctx::inject(ctx::Context{}, *headers);
    EXPECT_EQ(rd_kafka_header_cnt(headers.get()), 0U);
}

TEST(KafkaHeaders, of_null_values_and_with_nuls_are_safe) {
    const CHeaders headers = new_headers();
    add(headers, "traceparent", traceparent);
    rd_kafka_header_add(headers.get(), "traceparent", -1, nullptr, 0);
    add(headers, "baggage", std::string{"a=1\0,b=2", 8});
    add(headers, "", "no name");
    const ctx::Context context = ctx::extract(*headers);
    EXPECT_EQ(context.trace_id().to_string(), trace) << "no value is no header";
    EXPECT_EQ(context.baggage().size(), 1U);
}

TEST(KafkaHeaders, carry_formats_of_many_headers) {
    const CHeaders headers = new_headers();
    const ctx::Propagators b3{ctx::b3_multi_format};
    b3.inject(sender(), *headers);
    EXPECT_EQ(b3.extract(*headers).trace_id().to_string(), trace);
}

}  // namespace
