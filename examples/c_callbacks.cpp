// A C library takes a function and a `void*`: each callback runs in the context it was made in.
//
//   $ ./c_callbacks
//   acme: 1 is due
//   globex: 2 is due

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>
#include <utility>
#include <vector>

int main() {
    std::vector<std::pair<void (*)(int, void*), void*>> timers;  // what a C library keeps
    using OnDue = ctx::OneShotCallback<void(int)>;
    for (const char* name : {"acme", "globex"}) {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", name))};
        OnDue on_due{[](int n) {
            std::cout << *ctx::current().baggage().find("tenant") << ": " << n << " is due\n";
        }};
        timers.emplace_back(OnDue::last, on_due.user());
        on_due.release();  // the call frees it
    }
    for (int n = 0; const auto& [function, user] : timers)
        function(++n, user);
}
