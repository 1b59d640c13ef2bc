// Says where the Scope was opened that a thread has left open at its end.
//
//   a thread ended while the Scope opened at examples/runs_on/open_scope.cpp:20 was still open

#include <ctx/context.hpp>

#include <iostream>
#include <new>
#include <thread>

alignas(ctx::Scope) std::byte memory[sizeof(ctx::Scope)];

int main() {
    ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::report);
    // [snippet report]
    ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& what) noexcept { std::cout << what.message << '\n'; });
    // [end]
    std::thread{[] {
        ::new (memory) ctx::Scope{ctx::Context{}};  // stands for one that is leaked
    }}.join();
}
