// The nodes of a oneTBB flow graph run with the context of the message that they are given.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/tbb.hpp>

#include <oneapi/tbb/flow_graph.h>

#include <iostream>

using Price = ctx::Carried<int>;

int main() {
    tbb::flow::graph graph;
    tbb::flow::function_node<Price, Price> pay{
        graph, tbb::flow::serial, ctx::carry([](int price) {
            std::cout << *ctx::current().baggage().find("tenant") << " pays " << price << '\n';
            return price;
        })};
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        pay.try_put(Price{42});
    }
    graph.wait_for_all();
}
