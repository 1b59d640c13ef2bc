// A context is a few more fields of a stream's entry.
// Prints: XADD orders * id 17 traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
// Prints: no entry
#include <ctx/integrations/redis.hpp>

#include <cstdio>
#include <map>
#include <string>

int main() {
    const ctx::Context sender = ctx::extract(std::map<std::string, std::string>{
        {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
    ctx::RedisStreamEntry entry{"orders"};
    entry.field("id", "17");
    ctx::inject(sender, entry);
    std::string command;
    for (int i = 0; i < entry.argc(); ++i)
        command.append(i == 0 ? "" : " ").append(entry.argv()[i], entry.lengths()[i]);
    std::printf("%s\n", command.c_str());
    redisReader* reader = redisReaderCreate();
    redisReaderFree(reader);
    if (!ctx::extract(ctx::RedisStreamReply{nullptr})) std::puts("no entry");
}
