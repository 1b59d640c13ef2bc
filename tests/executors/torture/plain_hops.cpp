// Pools, threads, futures, queues, C callbacks: what needs no library.

#include "executors/support.hpp"
#include "executors/torture/torture.hpp"
#include <ctx/executors.hpp>

#include <future>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

namespace ctx::torture {
namespace {

class PlainHops : public Hops {
public:
    explicit PlainHops(Torture& torture) : torture_(torture) {}
    ~PlainHops() override { end_receiver(); }

    [[nodiscard]] unsigned ways() const override { return 7; }

    void hop(Job job, unsigned way, Random random) override {
        switch (way) {
            case 0:
                return pool_.post(bind([this, job] { torture_.task(job); }));
            case 1:
                return wrap(pool_).post([this, job] { torture_.task(job); });
            case 2:
                return pool_.post([this, job, context = Context{current()}] {
                    auto bound = bind(context, [this, job] { torture_.task(job); });
                    std::move(bound)();
                });
            case 3: {
                auto packaged = ctx::packaged_task<void()>([this, job] { torture_.task(job); });
                auto shared = std::make_shared<std::packaged_task<void()>>(std::move(packaged));
                return pool_.post([shared] { (*shared)(); });
            }
            case 4:
                return through_c(std::move(job));
            case 5:
                static_cast<void>(channel_.send(std::move(job)));
                return;
            default:
                return on_a_thread(std::move(job), random());
        }
    }

    int finish() override {
        end_receiver();
        return pool_.finish() + dirty_;
    }

private:
    void through_c(Job job) {
        using Callback = OneShotCallback<void()>;
        Callback callback{[this, job = std::move(job)] { torture_.task(job); }};
        void* const user = callback.user();
        pool_.post([user] { Callback::first(user); });
        callback.release();
    }

    // Starting threads is slow: one in eight of those that were drawn.
    void on_a_thread(Job job, std::uint64_t choice) {
        auto run = [this, job = std::move(job)] { torture_.task(job); };
        if (choice / 2 % 8 != 0) return bind(std::move(run))();
        if (choice % 2 == 0) return ctx::thread(std::move(run)).join();
        ctx::jthread([run = std::move(run)](std::stop_token) { run(); }).join();
    }

    void receive() {
        while (auto job = channel_.receive()) {
            {
                const Scope scope = job->scope();
                torture_.task(**job);
            }
            job.reset();
            dirty_ += current() ? 1 : 0;
        }
    }

    void end_receiver() {
        channel_.close();
        if (receiver_.joinable()) receiver_.join();
    }

    Torture& torture_;
    test::SmallPool pool_{2};
    // Larger than what can be on its way: the receiver sends, too.
    Channel<Job> channel_{4096};
    int dirty_ = 0;
    std::thread receiver_{[this] { receive(); }};
};

}  // namespace

std::unique_ptr<Hops> make_plain_hops(Torture& torture) {
    return std::make_unique<PlainHops>(torture);
}

}  // namespace ctx::torture
