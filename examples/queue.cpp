// A queue between threads that keeps each item's context; a batch links to all of its requests.
//
//   $ ./queue
//   acme: order 1
//   globex: order 2
//   2 orders of 2 requests

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

int main() {
    ctx::Channel<int> orders{64};
    for (int number = 0; const char* tenant : {"acme", "globex"}) {
        const ctx::SpanContext span{ctx::new_trace_id(), ctx::new_span_id(), {}, {}};
        ctx::Scope request{
            ctx::Context{}.with_span(span).with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        orders.send(++number);
    }
    std::thread worker{[&orders] {
        const ctx::Batch<int> batch = orders.receive_batch(100);
        for (const ctx::Received<int>& order : batch.items()) {
            const ctx::Scope scope = order.scope();  // the sender's
            std::cout << *ctx::current().baggage().find("tenant") << ": order " << *order << '\n';
        }
        std::cout << batch.size() << " orders of " << batch.links().size() << " requests\n";
    }};
    worker.join();
}
