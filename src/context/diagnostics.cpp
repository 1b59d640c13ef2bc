#include "context/start_warning.hpp"
#include <ctx/context/detail/control_character.hpp>
#include <ctx/context/diagnostics.hpp>

#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

namespace ctx {
namespace {

constinit std::atomic<DiagnosticsHandler> installed_handler{nullptr};
constinit thread_local bool inside_handler = false;
constinit std::array<std::atomic<const char*>, 4> start_warnings{};

void tell_start_warnings() noexcept {
    if (inside_handler) return;
    for (std::atomic<const char*>& place : start_warnings) {
        const char* const message = place.exchange(nullptr, std::memory_order_acq_rel);
        if (message != nullptr) diagnose(Severity::warning, "context", message);
    }
}

/// Messages may quote what came over a wire, which must not write lines of a log by itself.
void tell_escaped(DiagnosticsHandler handler, const Diagnostic& diagnostic) noexcept try {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : diagnostic.message) {
        if (!detail::is_control(c)) {
            text += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        for (const char part : {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]})
            text += part;
    }
    handler({diagnostic.severity, diagnostic.component, text});
} catch (...) {
    handler({diagnostic.severity, diagnostic.component, "a message for which there is no memory"});
}

std::int64_t coarse_now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

DiagnosticsHandler set_diagnostics_handler(DiagnosticsHandler handler) noexcept {
    const DiagnosticsHandler before =
        installed_handler.exchange(handler, std::memory_order_acq_rel);
    if (handler != nullptr) tell_start_warnings();
    return before;
}

void detail::warn_at_start(const char* message) noexcept {
    for (std::atomic<const char*>& place : start_warnings) {
        const char* none = nullptr;
        if (place.compare_exchange_strong(none, message, std::memory_order_acq_rel)) break;
    }
    if (installed_handler.load(std::memory_order_acquire) != nullptr) tell_start_warnings();
}

void diagnose(Severity severity, std::string_view component, std::string_view message) noexcept {
    const DiagnosticsHandler handler = installed_handler.load(std::memory_order_acquire);
    if (handler == nullptr || inside_handler) return;
    inside_handler = true;
    if (std::none_of(message.begin(), message.end(), detail::is_control)) {
        handler({severity, component, message});
    } else {
        tell_escaped(handler, {severity, component, message});
    }
    inside_handler = false;
}

bool DiagnosticLimiter::pass() noexcept {
    constexpr std::int64_t interval_ns = 1'000'000'000;
    const std::atomic_ref<std::int64_t> next{next_ns_};
    const std::int64_t now = coarse_now_ns();
    std::int64_t due = next.load(std::memory_order_relaxed);
    return now >= due &&
           next.compare_exchange_strong(due, now + interval_ns, std::memory_order_relaxed);
}

}  // namespace ctx
