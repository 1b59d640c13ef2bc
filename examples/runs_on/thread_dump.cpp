// Asks every thread which request it is on:
//   4712 worker: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7

#include <ctx/context.hpp>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <future>

int main() {
    pthread_setname_np(pthread_self(), "main");
    pollfd input{eventfd(0, 0), POLLIN, 0};
    std::promise<void> begun;
    const auto worker = std::async(std::launch::async, [&] {
        pthread_setname_np(pthread_self(), "worker");
        const ctx::TraceId trace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
        const ctx::SpanId span{0x00f067aa0ba902b7};
        const ctx::Scope request{ctx::Context{}.with_span({trace, span, {}, {}})};
        begun.set_value();
        poll(&input, 1, -1);
    });
    begun.get_future().wait();
    // [snippet dump]
    ctx::dump_threads(STDOUT_FILENO, {.each = std::chrono::seconds{1}});
    // [end]
    eventfd_write(input.fd, 1);
}
