#include "integrations/redis_replies.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace {

using namespace ctx::test;

/// Debian's redis-server on a socket of its own.
class Server {
public:
    Server() : folder_(make_folder()) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::array<std::string, 11> texts{"redis-server", "--port",    "0", "--unixsocket",
                                          socket(),       "--save",    "",  "--dir",
                                          folder_,        "--logfile", ""};
        std::array<char*, 12> arguments{};
        for (std::size_t i = 0; i < texts.size(); ++i)
            arguments[i] = texts[i].data();
        const int error =
            posix_spawnp(&process_, "redis-server", &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        if (error == 0) wait_until_ready(ends[0]);
        output_ = ends[0];
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        if (process_ > 0) {
            kill(process_, SIGKILL);
            waitpid(process_, nullptr, 0);
        }
        close(output_);
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::string socket() const { return folder_ + "/redis.sock"; }

private:
    static std::string make_folder() {
        std::string name = std::filesystem::temp_directory_path() / "ctx_redis_XXXXXX";
        return mkdtemp(name.data()) == nullptr ? std::string{} : name;
    }

    /// Reads its output up to the line that says so, or to its end.
    static void wait_until_ready(int output) {
        std::string text;
        char bytes[512];
        while (text.find("Ready to accept connections") == std::string::npos &&
               text.find("ready to accept connections") == std::string::npos) {
            const ssize_t n = read(output, bytes, sizeof bytes);
            if (n <= 0) return;
            text.append(bytes, static_cast<std::size_t>(n));
        }
    }

    std::string folder_;
    pid_t process_ = 0;
    int output_ = -1;
};

struct ContextDeleter {
    void operator()(redisContext* connection) const { redisFree(connection); }
};

TEST(Redis, carries_a_context_in_an_entry_of_a_stream) {
    const Server server;
    const std::unique_ptr<redisContext, ContextDeleter> redis{
        redisConnectUnix(server.socket().c_str())};
    ASSERT_NE(redis, nullptr);
    ASSERT_EQ(redis->err, 0) << redis->errstr;

    ctx::RedisStreamEntry entry{"orders"};
    entry.field("id", "17");
    ctx::inject(sender(), entry);
    const Reply added{static_cast<redisReply*>(
        redisCommandArgv(redis.get(), entry.argc(), entry.argv(), entry.lengths()))};
    ASSERT_NE(added, nullptr);
    ASSERT_EQ(added->type, REDIS_REPLY_STRING) << added->str;

    const Reply streams{
        static_cast<redisReply*>(redisCommand(redis.get(), "XREAD COUNT 10 STREAMS orders 0"))};
    ASSERT_NE(streams, nullptr);
    ASSERT_EQ(streams->elements, 1U);
    const ctx::RedisStreamReply received{streams->element[0]->element[1]->element[0]};
    EXPECT_EQ(received.id(), added->str);
    const ctx::Context context = ctx::extract(received);
    EXPECT_EQ(context.span_context(), sender().span_context());
    EXPECT_EQ(context.baggage().find("tenant"), "acme");

    const Reply range{static_cast<redisReply*>(redisCommand(redis.get(), "XRANGE orders - +"))};
    ASSERT_EQ(range->elements, 1U);
    EXPECT_EQ(ctx::extract(ctx::RedisStreamReply{range->element[0]}).span_context(),
              sender().span_context());
}

}  // namespace
