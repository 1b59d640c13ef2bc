#include "logging/ring/fatal_signals.hpp"

#include "logging/ring/backend.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace ctx::log::detail {
namespace {

constexpr std::array fatal_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::array<struct sigaction, fatal_signals.size()> before;
std::atomic<std::chrono::milliseconds> patience_of_all{};

void restore(int signal) noexcept {
    for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
        if (fatal_signals[i] == signal) sigaction(signal, &before[i], nullptr);
    }
}

/// Only what POSIX 2.4.3 allows in a handler: atomics, system calls, raise().
void drain_and_die(int signal, siginfo_t* info, void* /*machine_context*/) noexcept {
    const int error = errno;
    if (Backend* backend = Backend::if_used()) {
        backend->drain_in_signal_handler(patience_of_all.load(std::memory_order_relaxed));
    }
    restore(signal);
    // A fault happens again at once, with its address for whoever handled it before.
    if (info == nullptr || info->si_code <= 0) raise(signal);
    errno = error;
}

bool install_handlers() noexcept {
    struct sigaction action {};
    action.sa_sigaction = &drain_and_die;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
        sigaction(fatal_signals[i], &action, &before[i]);
    return true;
}

}  // namespace

void drain_before_fatal_signals(std::chrono::milliseconds patience) noexcept {
    static_assert(std::atomic<std::chrono::milliseconds>::is_always_lock_free);
    patience_of_all.store(patience, std::memory_order_relaxed);
    static_cast<void>(Backend::instance());  // made now: not in a handler
    static const bool once = install_handlers();
    static_cast<void>(once);
}

}  // namespace ctx::log::detail
