#include "integrations/redis_replies.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace ctx::test;

/// What hiredis makes of bytes on the wire.
Reply parse(const std::string& bytes) {
    redisReader* reader = redisReaderCreate();
    redisReaderFeed(reader, bytes.data(), bytes.size());
    void* reply = nullptr;
    redisReaderGetReply(reader, &reply);
    redisReaderFree(reader);
    return Reply{static_cast<redisReply*>(reply)};
}

TEST(RedisStreamReply, of_any_form_is_safe) {
    for (const char* bytes :
         {"$-1\r\n", "*-1\r\n", "*0\r\n", ":7\r\n", "+OK\r\n", "-ERR no\r\n", "*1\r\n$1\r\na\r\n",
          "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n:1\r\n*0\r\n", "*2\r\n$1\r\na\r\n*0\r\n",
          "*2\r\n$1\r\na\r\n*1\r\n$11\r\ntraceparent\r\n",
          "*2\r\n$1\r\na\r\n*2\r\n$11\r\ntraceparent\r\n$-1\r\n",
          "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n", "*3\r\n$1\r\na\r\n*0\r\n*0\r\n"}) {
        const Reply reply = parse(bytes);
        EXPECT_FALSE(ctx::extract(ctx::RedisStreamReply{reply.get()})) << bytes;
    }
    EXPECT_EQ(ctx::RedisStreamReply{nullptr}.id(), "");
}

TEST(RedisStreamReply, of_a_field_twice_is_the_last) {
    const Reply reply = parse(
        "*2\r\n$3\r\n1-1\r\n*4\r\n$7\r\nbaggage\r\n$3\r\na=1\r\n"
        "$7\r\nBaggage\r\n$3\r\na=2\r\n");
    EXPECT_EQ(ctx::extract(ctx::RedisStreamReply{reply.get()}).baggage().find("a"), "2");
}

TEST(RedisStreamEntry, is_an_xadd_command) {
    const std::string bytes("\0\r\n", 3);
    ctx::RedisStreamEntry entry{"orders", "5-1"};
    entry.trim_to(1000);
    entry.field("id", bytes);
    ctx::inject(sender(), entry);
    ctx::inject(sender(), entry);
    std::string command;
    for (int i = 0; i < entry.argc(); ++i)
        command.append(entry.argv()[i], entry.lengths()[i]).append(1, '|');
    EXPECT_EQ(command, "XADD|orders|MAXLEN|~|1000|5-1|id|" + bytes + "|traceparent|" + traceparent +
                           "|baggage|tenant=acme|");
}

}  // namespace
