// Asio: executors and strands, timers, coroutines with awaitable operators and cancellation.

#include "executors/asio_support.hpp"
#include "executors/torture/torture.hpp"
#include <ctx/executors/asio.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace ctx::torture {
namespace {

namespace net = asio::net;
#if CTX_ASIO_HAS_CANCELLATION
using namespace net::experimental::awaitable_operators;
#endif
using net::awaitable;
using net::use_awaitable;
using IoStrand = net::strand<net::io_context::executor_type>;
using PoolStrand = net::strand<net::thread_pool::executor_type>;

class AsioHops : public Hops {
public:
    explicit AsioHops(Torture& torture) : torture_(torture) {
        for (int i = 0; i < 2; ++i) {
            io_runners_.emplace_back([this] {
                io_.run();
                dirty_ += current() ? 1 : 0;
            });
        }
    }
    ~AsioHops() override { AsioHops::finish(); }

    [[nodiscard]] unsigned ways() const override { return 8; }

    void hop(Job job, unsigned way, Random) override {
        switch (way) {
            case 0:
                return net::post(asio::wrap(pool_), [this, job] { torture_.task(job); });
            case 1:
                return net::dispatch(asio::wrap(io_), [this, job] { torture_.task(job); });
            case 2:
                return net::defer(asio::wrap(io_strand_), [this, job] { torture_.task(job); });
            case 3:
                return on_a_timer(std::move(job));
            case 4:
                return co_spawn(asio::wrap(io_), wander(std::move(job)), net::detached);
            case 5:
                return co_spawn(asio::wrap(io_strand_), wander(std::move(job)), net::detached);
            case 6:
                return co_spawn(asio::wrap(pool_strand_), wander(std::move(job)), net::detached);
            default:
                return co_spawn(asio::wrap(net::any_io_executor{pool_.get_executor()}),
                                wander(std::move(job)), net::detached);
        }
    }

    int finish() override {
        work_.reset();
        for (std::thread& runner : io_runners_)
            runner.join();
        io_runners_.clear();
        pool_.join();
        return dirty_;
    }

private:
    void on_a_timer(Job job) {
        auto timer = std::make_shared<net::steady_timer>(io_, std::chrono::microseconds{1});
        timer->async_wait(asio::propagate(
            [this, timer, job = std::move(job)](error_code) { torture_.task(job); }));
    }

    awaitable<void> leg(const Told& told) {
        torture_.check(told);
        co_await net::post(use_awaitable);
        torture_.check(told);
    }

    awaitable<void> long_wait() {
        net::steady_timer never{co_await net::this_coro::executor, std::chrono::hours{1}};
        co_await never.async_wait(use_awaitable);
    }

    // Looks after every co_await, has a part in a child context, and throws.
    awaitable<void> wander(Job job) {
        torture_.count_task();
        Random random{job.seed};
        for (int step = 0; step < 3; ++step) {
            torture_.check(job.told);
            co_await step_of(job, random() % 7);
            torture_.check(job.told);
        }
        torture_.spread(job);
        torture_.check(job.told);
    }

    awaitable<void> step_of(const Job& job, std::uint64_t choice) {
        const Told& told = job.told;
        if (choice == 0) {
            co_await net::post(io_, use_awaitable);  // through the plain executor
        } else if (choice == 1) {
            net::steady_timer timer{io_, std::chrono::microseconds{1}};
            co_await timer.async_wait(use_awaitable);
#if CTX_ASIO_HAS_CANCELLATION
        } else if (choice == 2) {
            co_await (leg(told) && leg(told));
        } else if (choice == 3) {
            co_await (long_wait() || leg(told));  // the loser is cancelled
#endif
        } else if (choice == 4) {
            co_await child_part(told);
        } else if (choice == 5) {
            co_await catch_one(told);
        } else {
            co_await co_spawn(asio::wrap(pool_), leg(told), use_awaitable);
        }
        torture_.check(told);
    }

    awaitable<void> child_part(const Told& told) {
        Told inside = told;
        const Context child = Torture::child("part", inside);
        co_await asio::with_context(child, [&]() { return leg(inside); });
    }

    awaitable<void> throws(const Told& told) {
        co_await leg(told);
        throw std::runtime_error{"on purpose"};
    }

    awaitable<void> catch_one(const Told& told) {
        bool caught = false;
        try {
            co_await throws(told);
        } catch (const std::runtime_error&) {
            caught = true;
            torture_.check(told);
        }
        if (!caught) torture_.fail();
    }

    Torture& torture_;
    net::thread_pool pool_{2};
    net::io_context io_;
    net::executor_work_guard<net::io_context::executor_type> work_{io_.get_executor()};
    IoStrand io_strand_{io_.get_executor()};
    PoolStrand pool_strand_{pool_.get_executor()};
    std::atomic<int> dirty_{0};
    std::vector<std::thread> io_runners_;
};

}  // namespace

std::unique_ptr<Hops> make_asio_hops(Torture& torture) {
    return std::make_unique<AsioHops>(torture);
}

}  // namespace ctx::torture
