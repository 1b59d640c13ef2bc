// What the tests of ctx::redis share.

#pragma once

#include <ctx/integrations/redis.hpp>

#include <map>
#include <memory>
#include <string>

namespace ctx::test {

inline const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

inline Context sender() {
    return extract(std::map<std::string, std::string>{{"traceparent", traceparent},
                                                      {"baggage", "tenant=acme"}});
}

struct ReplyDeleter {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

}  // namespace ctx::test
