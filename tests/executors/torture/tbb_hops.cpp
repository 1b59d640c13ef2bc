// oneTBB: tasks of groups, and loops whose chunks any thread may take.

#include "executors/torture/torture.hpp"
#include <ctx/executors/tbb.hpp>

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <memory>
#include <utility>

namespace ctx::torture {
namespace {

class TbbHops : public Hops {
public:
    explicit TbbHops(Torture& torture) : torture_(torture) {}
    ~TbbHops() noexcept override {}  // that of a task_group may throw

    [[nodiscard]] unsigned ways() const override { return 2; }

    void hop(Job job, unsigned way, Random) override {
        if (way == 0) return enqueue([this, job] { torture_.task(job); });
        loop(job);
        enqueue([this, job] {
            loop(job);
            torture_.task(job);
        });
    }

    // What a task holds goes after it has run: the group waits for that, too.
    int finish() override {
        arena_.execute([this] { group_.wait(); });
        return 0;
    }

private:
    template <typename F>
    void enqueue(F task) {
        arena_.enqueue(group_.defer(bind(std::move(task))));
    }

    void loop(const Job& job) {
        tbb::parallel_for(0, 8, [&](int) { torture_.check(job.told); });
        torture_.check(job.told);
    }

    Torture& torture_;
    ::tbb::task_arena arena_{2};
    ::tbb::task_group group_;
};

}  // namespace

std::unique_ptr<Hops> make_tbb_hops(Torture& torture) {
    return std::make_unique<TbbHops>(torture);
}

}  // namespace ctx::torture
