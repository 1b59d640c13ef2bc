// Finds the lines that hand work on when the context is lost already.
//
//   executors: 2 from examples/runs_on/lost_context.cpp:16

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

struct Pool {  // stands for yours
    void post(const std::function<void()>& task) { task(); }
};

void send_mail(Pool& pool) {
    // [snippet lost]
    std::thread{[&pool] { ctx::wrap(pool).post([] { /* mail */ }); }}.join();  // not ctx::thread
    // [end]
}

int main() {
    ctx::set_lost_context_detection(ctx::LostContextDetection::places);
    Pool pool;
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    send_mail(pool);
    send_mail(pool);
    // [snippet places]
    for (const ctx::LostPlace& place : ctx::lost_places())
        std::cout << place.to_string() << '\n';
    // [end]
}
