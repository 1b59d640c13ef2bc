// Stacks of Boost.Context that are begun on one thread and go on on others.

#include "executors/support.hpp"
#include "executors/torture/torture.hpp"
#include <ctx/executors/fiber.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace ctx::torture {
namespace {

class FiberHops : public Hops {
public:
    explicit FiberHops(Torture& torture) : torture_(torture) {}

    [[nodiscard]] unsigned ways() const override { return 1; }

    void hop(Job job, unsigned, Random) override {
        drive(std::make_shared<ctx::fiber>(
            [this, job = std::move(job)](ctx::fiber&& back) { return run(job, std::move(back)); }));
    }

    int finish() override { return pool_.finish(); }

private:
    // Each leg of the fiber on a thread that the pool chooses, without a context of its own.
    void drive(std::shared_ptr<ctx::fiber> fiber) {
        pool_.post([this, fiber] {
            *fiber = std::move(*fiber).resume();
            if (*fiber) drive(fiber);
        });
    }

    ctx::fiber run(const Job& job, ctx::fiber&& back) {
        torture_.count_task();
        torture_.check(job.told);
        back = std::move(back).resume();
        torture_.check(job.told);
        back = inside_a_scope(job.told, std::move(back));
        torture_.spread(job);
        torture_.check(job.told);
        return std::move(back);
    }

    // A Scope, and an exception that is being handled, over a switch.
    ctx::fiber inside_a_scope(Told inside, ctx::fiber&& back) {
        const Scope scope{Torture::child("fiber", inside)};
        try {
            throw inside.number;
        } catch (std::uint64_t number) {
            back = std::move(back).resume();
            if (number != inside.number || std::current_exception() == nullptr) torture_.fail();
        }
        torture_.check(inside);
        return std::move(back);
    }

    Torture& torture_;
    test::SmallPool pool_{2};
};

}  // namespace

std::unique_ptr<Hops> make_fiber_hops(Torture& torture) {
    return std::make_unique<FiberHops>(torture);
}

}  // namespace ctx::torture
