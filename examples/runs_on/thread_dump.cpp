// Asks every thread which request it is on:
//   4711 main: no context
//   4712 worker: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7

#include <ctx/context.hpp>

#include <pthread.h>
#include <unistd.h>

#include <future>

int main() {
    pthread_setname_np(pthread_self(), "main");
    int ends[2];
    if (pipe(ends) != 0) return 1;
    std::promise<void> begun;
    const auto worker = std::async(std::launch::async, [&] {
        pthread_setname_np(pthread_self(), "worker");
        const ctx::TraceId trace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
        const ctx::SpanContext span{trace, ctx::SpanId{0x00f067aa0ba902b7}, {}, {}};
        const ctx::Scope request{ctx::Context{}.with_span(span)};
        begun.set_value();
        if (char byte = 0; read(ends[0], &byte, 1) < 0) return;  // waits for input
    });
    begun.get_future().wait();
    // [snippet dump]
    ctx::dump_threads(STDOUT_FILENO, {.each = std::chrono::seconds{1}});
    // [end]
    close(ends[1]);
}
