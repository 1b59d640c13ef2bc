// Deadline and cancellation go where the context goes: here to another thread.
//
//   acme: there is time
//   acme: nobody waits any more

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

void work() {
    std::cout << *ctx::current().baggage().find("tenant")
              << (ctx::is_cancelled() ? ": nobody waits any more\n" : ": there is time\n");
}

int main() {
    std::stop_source stop;
    const ctx::Context acme = ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::hours{1};
    const ctx::Scope limited{ctx::with_deadline(acme, until)};
    const ctx::Scope request{ctx::with_stop_token(ctx::current(), stop.get_token())};
    ctx::thread(work).join();
    stop.request_stop();
    ctx::thread(work).join();
}
