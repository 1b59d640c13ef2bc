// Loops of oneTBB that run in their caller's context, whichever thread takes a chunk.
//
//   $ ./tbb_loop
//   acme: 1000 of 1000 rows, sum 499500
//   globex: 1000 of 1000 rows, sum 499500

#include <ctx/context.hpp>
#include <ctx/executors/tbb.hpp>

#include <iostream>

int main() {
    for (const char* name : {"acme", "globex"}) {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", name))};
        std::atomic<int> mine{0};
        ctx::tbb::parallel_for(0, 1000, [&](int) {
            if (ctx::current().baggage().find("tenant") == name) ++mine;
        });
        const int sum = ctx::tbb::parallel_reduce(
            tbb::blocked_range{0, 1000}, 0,
            [](const auto& rows, int so_far) {
                for (int row = rows.begin(); row != rows.end(); ++row)
                    so_far += row;
                return so_far;
            },
            std::plus{});
        std::cout << name << ": " << mine << " of 1000 rows, sum " << sum << '\n';
    }
}
