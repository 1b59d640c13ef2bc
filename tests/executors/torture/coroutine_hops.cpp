// Tasks of ctx, and somebody else's coroutines.

#include "executors/support.hpp"
#include "executors/torture/torture.hpp"
#include <ctx/executors.hpp>

#include <coroutine>
#include <exception>
#include <stdexcept>
#include <utility>

namespace ctx::torture {
namespace {

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

class CoroutineHops : public Hops {
public:
    explicit CoroutineHops(Torture& torture) : torture_(torture) {}

    [[nodiscard]] unsigned ways() const override { return 3; }

    void hop(Job job, unsigned way, Random) override {
        if (way == 0) {
            static_cast<void>(spawn(pool_, stroll(std::move(job))));
        } else if (way == 1) {
            static_cast<void>(start(stroll(std::move(job))));
        } else {
            drift(std::move(job));
        }
    }

    int finish() override { return pool_.finish(); }

private:
    // Hops, Scopes held over awaits, branches that are joined, exceptions.
    ctx::task<> stroll(Job job) {
        torture_.count_task();
        Random random{job.seed};
        for (int step = 0; step < 3; ++step) {
            torture_.check(job.told);
            co_await stride(job.told, random() % 5);
        }
        torture_.check(job.told);
        torture_.spread(job);
        torture_.check(job.told);
    }

    ctx::task<> stride(const Told& told, std::uint64_t choice) {
        if (choice == 0) {
            co_await resume_on(pool_);
        } else if (choice == 1) {
            Told inside = told;
            const Scope scope{Torture::child("stride", inside)};
            co_await resume_on(pool_);
            torture_.check(inside);
        } else if (choice == 2) {
            co_await when_all(stride(told, 0), stride(told, 3));
        } else if (choice == 4) {
            co_await catch_one(told);
        }
        torture_.check(told);
    }

    ctx::task<> throws(const Told& told) {
        co_await resume_on(pool_);
        torture_.check(told);
        throw std::runtime_error{"on purpose"};
    }

    ctx::task<> catch_one(const Told& told) {
        bool caught = false;
        try {
            co_await throws(told);
        } catch (const std::runtime_error&) {
            caught = true;
            torture_.check(told);
        }
        if (!caught) torture_.fail();
    }

    // Somebody else's coroutine, with ctx::await() around what it waits for.
    Stranger drift(Job job) {
        torture_.count_task();
        for (int step = 0; step < 3; ++step) {
            torture_.check(job.told);
            co_await await(resume_on(pool_));
        }
        torture_.check(job.told);
        co_await await(stride(job.told, 2));
        torture_.check(job.told);
        torture_.spread(job);
        torture_.check(job.told);
    }

    Torture& torture_;
    test::SmallPool pool_{2};
};

}  // namespace

std::unique_ptr<Hops> make_coroutine_hops(Torture& torture) {
    return std::make_unique<CoroutineHops>(torture);
}

}  // namespace ctx::torture
