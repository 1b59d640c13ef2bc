// Random fork, join and hop schedules over every adapter. Each task is told by value who it works
// for and compares that with what current() says.
//
//   propagation_torture --tasks N --seed S
//   tasks=N mismatches=0 empty=0 leaked=0

#include "executors/support.hpp"
#include <ctx/executors.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace net = boost::asio;
using namespace net::experimental::awaitable_operators;
using ctx::Context;
using ctx::Scope;
using net::awaitable;
using net::use_awaitable;
using IoStrand = net::strand<net::io_context::executor_type>;
using PoolStrand = net::strand<net::thread_pool::executor_type>;

// Who a task works for, told by value.
struct Told {
    ctx::TraceId trace;
    std::string request;  // baggage entry "request"
    std::string branch;   // baggage entry "branch"; empty: must not be there
    bool joined = false;  // baggage entry "left" of a branch that was joined in
};

// A coroutine type that knows nothing of ctx, as those of examples: it begins at once and frees
// itself.
struct Stranger {
    struct promise_type {
        Stranger get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

struct Tally {
    std::atomic<std::uint64_t> tasks{0};
    std::atomic<std::uint64_t> mismatches{0};
    std::atomic<std::uint64_t> empty{0};
    std::atomic<std::int64_t> budget{0};
};

class Torture {
public:
    Torture(std::int64_t tasks, std::uint64_t seed) : seed_(seed) {
        tally_.budget = tasks;
        for (int i = 0; i < io_threads; ++i)
            io_runners_.emplace_back([this] { io_.run(); });
    }

    Tally& run() {
        std::vector<std::thread> callers;
        for (std::uint64_t caller = 0; caller < 8; ++caller)
            callers.emplace_back([this, caller] { call(caller); });
        for (std::thread& caller : callers)
            caller.join();
        return tally_;
    }

    // Ends all threads. @return tasks of the plain pool that did not clean up.
    int finish() {
        work_.reset();
        for (std::thread& runner : io_runners_)
            runner.join();
        io_runners_.clear();
        asio_pool_.join();
        return pool_.finish();
    }

private:
    static constexpr int io_threads = 2;
    using Random = std::minstd_rand;
    // A request is over when the last owner of its promise is gone.
    using Done = std::shared_ptr<std::promise<void>>;

    struct Job {
        Told told;
        Done done;
        unsigned seed;
        int depth;
    };

    // One of eight threads that send requests, a few at a time.
    void call(std::uint64_t caller) {
        std::uint64_t number = 0;
        while (tally_.budget.load(std::memory_order_relaxed) > 0) {
            std::vector<std::future<void>> waiting;
            for (int i = 0; i < 4; ++i)
                waiting.push_back(send(caller * 1'000'000'000 + number++));
            for (std::future<void>& request : waiting)
                request.wait();
            if (ctx::current()) ++tally_.mismatches;
        }
    }

    std::future<void> send(std::uint64_t number) {
        const Context context = ctx::test::request(number);
        const Scope scope{context};
        Done done{new std::promise<void>, [](std::promise<void>* promise) {
                      promise->set_value();
                      delete promise;
                  }};
        std::future<void> over = done->get_future();
        spread({.told = {.trace = context.trace_id(),
                         .request = std::to_string(number),
                         .branch = {},
                         .joined = false},
                .done = std::move(done),
                .seed = static_cast<unsigned>(seed_ * 31 + number + 1),
                .depth = 4});
        return over;
    }

    void check(const Told& told) {
        const ctx::ContextView now = ctx::current();
        if (!now) {
            ++tally_.empty;
            return;
        }
        const ctx::Baggage& baggage = now.baggage();
        const bool right = now.trace_id() == told.trace &&
                           baggage.find("request") == std::string_view{told.request} &&
                           baggage.find("branch").value_or("") == told.branch &&
                           baggage.contains("left") == told.joined;
        if (!right) ++tally_.mismatches;
    }

    // The body of every task: check, hop on, check again.
    void task(const Job& job) {
        ++tally_.tasks;
        --tally_.budget;
        check(job.told);
        spread(job);
        check(job.told);
    }

    // Starts up to two tasks after this one, on random adapters, in random contexts.
    void spread(const Job& job) {
        if (job.depth == 0) return;
        Random random{job.seed};
        const unsigned children = random() % 3 == 0 ? 1 : 2;
        for (unsigned child = 0; child < children; ++child) {
            Job next = job;
            next.seed = static_cast<unsigned>(random()) + child;
            next.depth = job.depth - 1;
            switch (random() % 4) {
                case 0:
                    fork(std::move(next), std::to_string(random() % 100), random());
                    break;
                case 1:
                    join_branches(std::move(next), random());
                    break;
                default:
                    hop(std::move(next), random());
            }
        }
    }

    // A child span with baggage of its own.
    void fork(Job job, std::string branch, std::uint64_t choice) {
        const Context child = Context{ctx::current()}
                                  .with_span(ctx::child_of(ctx::current()))
                                  .with_baggage(ctx::current().baggage().set("branch", branch));
        job.told.branch = std::move(branch);
        const Scope scope{child};
        check(job.told);
        hop(std::move(job), choice);
    }

    // Two branches on two threads, joined: baggage of both.
    void join_branches(Job job, std::uint64_t choice) {
        const auto make = [](ctx::BaggageKey key) {
            return ctx::async(std::launch::deferred, [key] {
                return Context{ctx::current()}.with_baggage(
                    ctx::current().baggage().set(key, "seen"));
            });
        };
        auto left = make("left");
        auto right = make("right");
        job.told.joined = true;
        const Scope scope{ctx::join(left.get(), right.get())};
        check(job.told);
        hop(std::move(job), choice);
    }

    // One of every way to get elsewhere that there is.
    void hop(Job job, std::uint64_t choice) {
        switch (choice % 15) {
            case 0:
                return pool_.post(ctx::bind([this, job] { task(job); }));
            case 1:
                return ctx::wrap(pool_).post([this, job] { task(job); });
            case 2: {
                const Context context{ctx::current()};
                return pool_.post([this, job, context] {
                    auto bound = ctx::bind(context, [this, job] { task(job); });
                    std::move(bound)();
                });
            }
            case 3:
                return net::post(ctx::asio::wrap(asio_pool_), [this, job] { task(job); });
            case 4:
                return net::dispatch(ctx::asio::wrap(io_), [this, job] { task(job); });
            case 5:
                return net::defer(ctx::asio::wrap(io_strand_), [this, job] { task(job); });
            case 6:
                return on_a_timer(std::move(job));
            case 7:
                return on_a_thread(std::move(job), choice);
            case 8:
                return co_spawn(ctx::asio::wrap(io_), wander(std::move(job)), net::detached);
            case 9:
                return co_spawn(ctx::asio::wrap(io_strand_), wander(std::move(job)), net::detached);
            case 10:
                return co_spawn(ctx::asio::wrap(pool_strand_), wander(std::move(job)),
                                net::detached);
            case 11:
                return co_spawn(ctx::asio::wrap(net::any_io_executor{asio_pool_.get_executor()}),
                                wander(std::move(job)), net::detached);
            case 12:
                static_cast<void>(ctx::spawn(pool_, stroll(std::move(job))));
                return;
            case 13:
                drift(std::move(job));
                return;
            default: {
                std::packaged_task<void()> packaged{ctx::bind([this, job] { task(job); })};
                auto shared = std::make_shared<std::packaged_task<void()>>(std::move(packaged));
                return pool_.post([shared] { (*shared)(); });
            }
        }
    }

    void on_a_timer(Job job) {
        auto timer = std::make_shared<net::steady_timer>(io_, std::chrono::microseconds{1});
        timer->async_wait(ctx::asio::propagate(
            [this, timer, job = std::move(job)](boost::system::error_code) { task(job); }));
    }

    // Starting threads is slow: one in eight of those that were drawn.
    void on_a_thread(Job job, std::uint64_t choice) {
        if (choice / 15 % 8 != 0) return ctx::bind([this, job = std::move(job)] { task(job); })();
        if (choice % 2 == 0) return ctx::thread([this, job = std::move(job)] { task(job); }).join();
        ctx::jthread([this, job = std::move(job)](std::stop_token) { task(job); }).join();
    }

    awaitable<void> leg(const Told& told) {
        check(told);
        co_await net::post(use_awaitable);
        check(told);
    }

    awaitable<void> long_wait() {
        net::steady_timer never{co_await net::this_coro::executor, std::chrono::hours{1}};
        co_await never.async_wait(use_awaitable);
    }

    // A coroutine that looks after every co_await, has a part in a child context, and throws.
    awaitable<void> wander(Job job) {
        ++tally_.tasks;
        --tally_.budget;
        Random random{job.seed};
        for (int step = 0; step < 3; ++step) {
            check(job.told);
            co_await step_of(job, random() % 7);
            check(job.told);
        }
        spread(job);
        check(job.told);
    }

    awaitable<void> step_of(const Job& job, std::uint64_t choice) {
        const Told& told = job.told;
        if (choice == 0) {
            co_await net::post(io_, use_awaitable);  // through the plain executor
        } else if (choice == 1) {
            net::steady_timer timer{io_, std::chrono::microseconds{1}};
            co_await timer.async_wait(use_awaitable);
        } else if (choice == 2) {
            co_await (leg(told) && leg(told));
        } else if (choice == 3) {
            co_await (long_wait() || leg(told));  // the loser is cancelled
        } else if (choice == 4) {
            co_await child_part(told);
        } else if (choice == 5) {
            co_await throwing(told);
        } else {
            co_await co_spawn(ctx::asio::wrap(asio_pool_), leg(told), use_awaitable);
        }
        check(told);
    }

    awaitable<void> child_part(const Told& told) {
        Told inside = told;
        inside.branch = "part";
        const Context child = Context{ctx::current()}
                                  .with_span(ctx::child_of(ctx::current()))
                                  .with_baggage(ctx::current().baggage().set("branch", "part"));
        co_await ctx::asio::with_context(child, [&]() { return leg(inside); });
    }

    awaitable<void> throwing(const Told& told) {
        const auto fail = [&]() -> awaitable<void> {
            co_await leg(told);
            throw std::runtime_error{"on purpose"};
        };
        bool caught = false;
        try {
            co_await fail();
        } catch (const std::runtime_error&) {
            caught = true;
            check(told);
        }
        if (!caught) ++tally_.mismatches;
    }

    // A task of ctx: hops, Scopes held over awaits, branches that are joined.
    ctx::task<> stroll(Job job) {
        ++tally_.tasks;
        --tally_.budget;
        Random random{job.seed};
        for (int step = 0; step < 3; ++step) {
            check(job.told);
            co_await stride(job.told, random() % 4);
        }
        check(job.told);
        spread(job);
        check(job.told);
    }

    ctx::task<> stride(const Told& told, std::uint64_t choice) {
        if (choice == 0) {
            co_await ctx::resume_on(pool_);
        } else if (choice == 1) {
            Told inside = told;
            inside.branch = "stride";
            const Scope scope{Context{ctx::current()}.with_baggage(
                ctx::current().baggage().set("branch", "stride"))};
            co_await ctx::resume_on(pool_);
            check(inside);
        } else if (choice == 2) {
            co_await ctx::when_all(stride(told, 0), stride(told, 3));
        }
        check(told);
    }

    // Somebody else's coroutine, with ctx::await() around what it waits for.
    Stranger drift(Job job) {
        ++tally_.tasks;
        --tally_.budget;
        for (int step = 0; step < 3; ++step) {
            check(job.told);
            co_await ctx::await(ctx::resume_on(pool_));
        }
        check(job.told);
        co_await ctx::await(stride(job.told, 2));
        check(job.told);
        spread(job);
        check(job.told);
    }

    std::uint64_t seed_;
    Tally tally_;
    ctx::test::SmallPool pool_{2};
    net::thread_pool asio_pool_{2};
    net::io_context io_;
    net::executor_work_guard<net::io_context::executor_type> work_{io_.get_executor()};
    IoStrand io_strand_{io_.get_executor()};
    PoolStrand pool_strand_{asio_pool_.get_executor()};
    std::vector<std::thread> io_runners_;
};

struct Options {
    std::int64_t tasks = 100'000;
    std::uint64_t seed = 1;
};

// --tasks N --seed S; without N a million tasks when CTX_TEST_FULL is 1.
bool read_options(int count, char** arguments, Options& options) {
    const char* full = std::getenv("CTX_TEST_FULL");
    if (full != nullptr && std::string_view{full} == "1") options.tasks = 1'000'000;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(arguments[i + 1], &end, 10);
        if (*end != '\0' || end == arguments[i + 1]) return false;
        if (name == "--tasks") {
            options.tasks = static_cast<std::int64_t>(value);
        } else if (name == "--seed") {
            options.seed = value;
        } else {
            return false;
        }
    }
    return count % 2 == 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!read_options(argc, argv, options)) {
        std::fprintf(stderr, "usage: %s [--tasks N] [--seed S]\n", argv[0]);
        return 2;
    }
    const std::int64_t before = ctx::live_contexts();
    std::uint64_t tasks = 0;
    std::uint64_t mismatches = 0;
    std::uint64_t empty = 0;
    {
        Torture torture{options.tasks, options.seed};
        Tally& tally = torture.run();
        mismatches += static_cast<std::uint64_t>(torture.finish());
        tasks = tally.tasks;
        mismatches += tally.mismatches;
        empty = tally.empty;
    }
    if (ctx::current()) ++mismatches;
    const std::int64_t leaked = ctx::live_contexts() - before;
    std::printf("tasks=%llu mismatches=%llu empty=%llu leaked=%lld\n",
                static_cast<unsigned long long>(tasks), static_cast<unsigned long long>(mismatches),
                static_cast<unsigned long long>(empty), static_cast<long long>(leaked));
    return mismatches == 0 && empty == 0 && leaked == 0 ? 0 : 1;
}
