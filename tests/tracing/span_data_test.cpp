#include "tracing/support.hpp"
#include <ctx/tracing/span_data.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace {

using ctx::Attribute;
using ctx::SpanData;
using ctx::test::to_map;
using testing::ElementsAre;
using testing::Pair;

TEST(CopiedSpan, owns_everything_it_shows) {
    ctx::SpanDataPtr copy;
    const ctx::Link link{ctx::new_trace_id(), ctx::new_span_id()};
    {
        std::string text(300, 'x');
        const std::vector<Attribute> own{{"long", text}, {"number", 1}};
        const std::vector<Attribute> of_event{{"in event", text}};
        const std::vector<ctx::SpanEvent> events{{ctx::WallTime{}, text, of_event, 3},
                                                 {ctx::WallTime{}, "second", {}, 0}};
        const std::vector<ctx::Link> links{link};
        SpanData span;
        span.source = std::make_shared<ctx::SpanSource>();
        span.name = text;
        span.status_description = text;
        span.attributes = own;
        span.events = events;
        span.links = links;
        span.dropped_attributes = 7;
        copy = ctx::copy_span(span);
        text.assign(300, '?');
    }
    const std::string text(300, 'x');
    EXPECT_EQ(copy->name, text);
    EXPECT_EQ(copy->status_description, text);
    EXPECT_EQ(copy->dropped_attributes, 7U);
    EXPECT_THAT(to_map(copy->attributes), ElementsAre(Pair("long", text), Pair("number", "1")));
    ASSERT_EQ(copy->events.size(), 2U);
    EXPECT_EQ(copy->events[0].name, text);
    EXPECT_EQ(copy->events[0].dropped_attributes, 3U);
    EXPECT_THAT(to_map(copy->events[0].attributes), ElementsAre(Pair("in event", text)));
    EXPECT_EQ(copy->events[1].name, "second");
    EXPECT_EQ(copy->events[1].attributes.size(), 0U);
    EXPECT_THAT(copy->links, ElementsAre(link));
}

TEST(CopiedSpan, size_grows_by_what_is_in_it) {
    SpanData span;
    const std::size_t empty = ctx::copied_size(span);
    EXPECT_GE(empty, sizeof(SpanData));
    const std::string text(1000, 'x');
    span.name = text;
    EXPECT_GE(ctx::copied_size(span), empty + 1000);
    const std::vector<Attribute> attributes{{"key", text}};
    const std::size_t named = ctx::copied_size(span);
    span.attributes = attributes;
    EXPECT_GE(ctx::copied_size(span), named + 1003 + sizeof(Attribute));
}

}  // namespace
