#include <ctx/context/context.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/thread_dump.hpp>

#include <gtest/gtest.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace ctx {
namespace {

using State = ThreadContext::State;

Context request(std::uint64_t number) {
    return Context{}.with_span({TraceId{7, number}, SpanId{number}, {}, {}, false});
}

int this_thread() {
    return static_cast<int>(syscall(SYS_gettid));
}

// Something to wait for. ThreadSanitizer lets a signal through to a thread that waits for a condition
// variable, not to one that waits for a std::latch.
class Event {
public:
    void set() {
        const std::lock_guard lock{mutex_};
        is_set_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return is_set_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_set_ = false;
};

// A thread that waits with a context until it is told to end.
class Waiting {
public:
    explicit Waiting(Context context, bool blocks_signals = false)
        : thread_{[this, context = std::move(context), blocks_signals]() mutable {
              pthread_setname_np(pthread_self(), "waiting");
              if (blocks_signals) {
                  sigset_t all;
                  sigfillset(&all);
                  pthread_sigmask(SIG_BLOCK, &all, nullptr);
              }
              const Scope scope{std::move(context)};
              id_ = this_thread();
              begun_.set();
              end_.wait();
          }} {
        begun_.wait();
    }
    ~Waiting() {
        end_.set();
        thread_.join();
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    [[nodiscard]] int id() const { return id_; }

private:
    int id_ = 0;
    Event begun_;
    Event end_;
    std::thread thread_;
};

std::optional<ThreadContext> find(const std::vector<ThreadContext>& all, int id) {
    const auto found =
        std::find_if(all.begin(), all.end(), [id](const auto& thread) { return thread.id == id; });
    return found == all.end() ? std::nullopt : std::optional{*found};
}

// Answers may take long where sanitizers hold signals back.
constexpr ThreadDumpOptions patient{.each = std::chrono::seconds{20},
                                    .all = std::chrono::seconds{60}};

TEST(ThreadDump, says_which_request_each_thread_is_on) {
    const Waiting one{request(1)};
    const Waiting two{request(2)};
    const Waiting none{Context{}};
    const Scope scope{request(3)};
    const std::vector<ThreadContext> all = thread_contexts(patient);
    ASSERT_TRUE(find(all, one.id()) && find(all, two.id()) && find(all, none.id()));
    EXPECT_EQ(find(all, one.id())->state, State::has_context);
    EXPECT_EQ(find(all, one.id())->trace_id, (TraceId{7, 1}));
    EXPECT_EQ(find(all, one.id())->span_id, SpanId{1});
    EXPECT_STREQ(find(all, one.id())->name.data(), "waiting");
    EXPECT_EQ(find(all, two.id())->trace_id, (TraceId{7, 2}));
    EXPECT_EQ(find(all, none.id())->state, State::no_context);
    ASSERT_TRUE(find(all, this_thread()));
    EXPECT_EQ(find(all, this_thread())->trace_id, (TraceId{7, 3}));
}

TEST(ThreadDump, does_not_wait_for_a_thread_that_blocks_the_signal) {
    const Waiting blocked{request(1), true};
    const auto start = std::chrono::steady_clock::now();
    const std::vector<ThreadContext> all = thread_contexts(patient);
    ASSERT_TRUE(find(all, blocked.id()));
    EXPECT_EQ(find(all, blocked.id())->state, State::blocks_the_signal);
    EXPECT_LT(std::chrono::steady_clock::now() - start, patient.each);
}

// A pipe that keeps what was written to it.
class Pipe {
public:
    Pipe() { EXPECT_EQ(pipe(ends_.data()), 0); }
    ~Pipe() {
        close(ends_[0]);
        close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    [[nodiscard]] int in() const { return ends_[1]; }
    [[nodiscard]] std::string text() const {
        std::array<char, 4096> buffer;
        const ssize_t count = read(ends_[0], buffer.data(), buffer.size());
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

private:
    std::array<int, 2> ends_{};
};

TEST(ThreadDump, writes_a_line_for_each_thread) {
    const Waiting one{request(1)};
    const Waiting none{Context{}};
    const Pipe pipe;
    ASSERT_TRUE(dump_threads(pipe.in(), patient));
    const std::string text = pipe.text();
    const std::string with =
        std::to_string(one.id()) + " waiting: 00000000000000070000000000000001-0000000000000001\n";
    const std::string without = std::to_string(none.id()) + " waiting: no context\n";
    EXPECT_NE(text.find(with), std::string::npos) << text;
    EXPECT_NE(text.find(without), std::string::npos) << text;
}

std::atomic<int> dump_to{-1};

TEST(ThreadDump, may_be_called_in_a_signal_handler) {
    const Waiting one{request(1)};
    const Pipe pipe;
    dump_to = pipe.in();
    struct sigaction action {};
    action.sa_handler = [](int) { dump_threads(dump_to.load(), patient); };
    struct sigaction before {};
    ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &before, nullptr);
    const std::string text = pipe.text();
    EXPECT_NE(text.find(std::to_string(one.id()) + " waiting: 0000"), std::string::npos) << text;
}

TEST(ThreadDump, gives_the_signal_back) {
    struct sigaction mine {};
    mine.sa_handler = [](int) {};
    struct sigaction before {};
    ASSERT_EQ(sigaction(SIGURG, &mine, &before), 0);
    static_cast<void>(thread_contexts(patient));
    struct sigaction after {};
    ASSERT_EQ(sigaction(SIGURG, &before, &after), 0);
    EXPECT_EQ(after.sa_handler, mine.sa_handler);
}

/// Suspends the thread that calls run(), signals and all, until it is let go: as vfork() does.
class Frozen {
public:
    Frozen() { EXPECT_TRUE(pipe(begun_.data()) == 0 && pipe(go_on_.data()) == 0); }
    void run() {
        const int child = clone(&wait_in_child, stack_.data() + stack_.size(),
                                CLONE_VM | CLONE_VFORK | SIGCHLD, this);
        EXPECT_EQ(waitpid(child, nullptr, 0), child);
    }
    void wait_until_frozen() {
        char byte = 0;
        EXPECT_EQ(read(begun_[0], &byte, 1), 1);
    }
    void let_go() { EXPECT_EQ(write(go_on_[1], "x", 1), 1); }

private:
    __attribute__((no_sanitize("address", "thread", "undefined"))) static int wait_in_child(
        void* self) {
        auto& mine = *static_cast<Frozen*>(self);
        char byte = 'x';
        syscall(SYS_write, mine.begun_[1], &byte, 1);
        syscall(SYS_read, mine.go_on_[0], &byte, 1);
        syscall(SYS_exit, 0);
        return 0;
    }

    std::array<int, 2> begun_{};
    std::array<int, 2> go_on_{};
    alignas(16) std::array<char, 65536> stack_{};
};

TEST(ThreadDump, survives_a_thread_that_answers_late) {
    const ThreadDumpOptions options{.each = std::chrono::milliseconds{20}, .signal = SIGUSR1};
    Frozen frozen;
    std::atomic<int> id{0};
    std::thread thread{[&] {
        id = this_thread();
        frozen.run();
    }};
    frozen.wait_until_frozen();
    const auto answers = thread_contexts(options);
    const auto late = std::find_if(answers.begin(), answers.end(),
                                   [&](const ThreadContext& answer) { return answer.id == id; });
    ASSERT_NE(late, answers.end());
    EXPECT_EQ(late->state, State::did_not_answer);
    frozen.let_go();
    thread.join();  // the signal has been delivered by now, and did not end the process
    struct sigaction action {};
    static_cast<void>(thread_contexts(options));
    sigaction(SIGUSR1, nullptr, &action);
    EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST(ThreadDump, one_at_a_time) {
    std::atomic<int> dumps{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&dumps] {
            while (dumps.load() < 20) {
                const std::vector<ThreadContext> all = thread_contexts(patient);
                if (all.empty()) continue;
                EXPECT_TRUE(find(all, this_thread()));
                ++dumps;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}

// Threads change their contexts while they are asked: an answer is one context or another.
TEST(ThreadDump, answers_are_whole) {
    std::atomic<bool> stop{false};
    Event begun;
    int busy = 0;
    std::thread thread{[&] {
        busy = this_thread();
        begun.set();
        for (std::uint64_t i = 1; !stop.load(std::memory_order_relaxed); i = i % 1000 + 1) {
            const Scope scope{request(i)};
            std::this_thread::yield();
        }
    }};
    begun.wait();
    for (int i = 0; i < 300; ++i) {
        const auto found = find(thread_contexts(patient), busy);
        ASSERT_TRUE(found);
        if (found->state == State::has_context) {
            EXPECT_EQ(found->trace_id.low(), found->span_id.value());
        }
    }
    stop = true;
    thread.join();
}

// Stopped by nobody here, so only its own words can be looked at.
TEST(ThreadDump, a_line_says_what_is_known) {
    ThreadContext thread{.id = 12, .name = {"io"}, .trace_id = {}, .span_id = {}};
    EXPECT_EQ(thread.to_string(), "12 io: did not answer");
    thread.state = State::blocks_the_signal;
    EXPECT_EQ(thread.to_string(), "12 io: blocks the signal");
}

}  // namespace
}  // namespace ctx
