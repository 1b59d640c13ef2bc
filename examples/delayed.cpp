// A pool that runs tasks later: a reminder has its request's context, periodic work has none.
//
//   $ ./delayed
//   remind acme
//   housekeeping for (nobody)

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>
#include <map>

struct Pool {  // stands for the one you have
    std::multimap<int, std::function<void()>> tasks;
    void schedule(int delay, std::function<void()> task) { tasks.emplace(delay, task); }
    void schedule_every(int period, std::function<void()> task) { tasks.emplace(period, task); }
};

int main() {
    Pool pool;
    const auto executor = ctx::wrap(pool);
    const auto say = [](const char* what) {
        std::cout << what << ctx::current().baggage().find("tenant").value_or("(nobody)") << '\n';
    };
    ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    executor.schedule(5, [say] { say("remind "); });
    executor.schedule_every(60, [say] { say("housekeeping for "); });
    for (const auto& entry : pool.tasks)
        entry.second();
}
