// A pool that runs tasks later: a reminder has its request's context, periodic work has none.
//
//   $ ./delayed
//   remind acme
//   housekeeping for (nobody)

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>
#include <map>

struct Pool {  // stands for yours
    using Task = std::function<void()>;
    std::multimap<int, Task> tasks;
    void schedule(int delay, const Task& task) { tasks.emplace(delay, task); }
    void schedule_every(int period, const Task& task) { tasks.emplace(period, task); }
};

int main() {
    Pool pool;
    const auto say = [](const char* what) {
        std::cout << what << ctx::current().baggage().find("tenant").value_or("(nobody)") << '\n';
    };
    ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::wrap(pool).schedule(5, [say] { say("remind "); });
    ctx::wrap(pool).schedule_every(60, [say] { say("housekeeping for "); });
    for (const auto& entry : pool.tasks)
        entry.second();
}
