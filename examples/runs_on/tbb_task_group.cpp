// The tasks of a oneTBB group run with the context of whoever made them, whichever thread takes one.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/tbb.hpp>

#include <oneapi/tbb/task_group.h>

#include <array>
#include <iostream>
#include <string>

int main() {
    std::array<std::string, 2> payers;
    tbb::task_group group;
    for (std::size_t i = 0; const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        group.run(ctx::bind(
            [&payer = payers[i++]] { payer = *ctx::current().baggage().find("tenant"); }));
    }
    group.wait();
    for (const std::string& payer : payers)
        std::cout << payer << " pays 42\n";
}
