// A timer of libevent runs with the context of whoever set it.
//
//   acme pays 42

#include <ctx/context.hpp>
#include <ctx/executors/callback.hpp>

#include <event2/event.h>

#include <iostream>

using OnTimeout = ctx::OneShotCallback<void(evutil_socket_t, short)>;

int main() {
    event_base* const base = event_base_new();
    const timeval at_once{0, 0};
    {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        OnTimeout pay{[](evutil_socket_t, short) {
            std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
        }};
        if (event_base_once(base, -1, EV_TIMEOUT, OnTimeout::last, pay.user(), &at_once) == 0)
            pay.release();  // the call will free it
    }
    event_base_dispatch(base);
    event_base_free(base);
}
