// ctx/context/diagnostics.hpp: where ctx says what it dropped. ctx itself never logs.
//
//     ctx::set_diagnostics_handler([](const ctx::Diagnostic& d) noexcept {
//         std::fprintf(stderr, "ctx %.*s: %.*s\n", int(d.component.size()), d.component.data(),
//                      int(d.message.size()), d.message.data());
//     });
//
// Threads   The handler may be called from any thread, several at once.
// Errors    The handler must not throw. What it triggers itself (a log line that is dropped) is not
//           reported again on the same thread.
// Cost      Without a handler one atomic load. Each place reports at most a few times per second;
//           the exact numbers are in ctx::stats().

#pragma once

#include <ctx/export.hpp>

#include <cstdint>
#include <string_view>

namespace ctx {

enum class Severity : std::uint8_t { info, warning, error };

/// One thing worth knowing. The texts are valid during the call only, and have no control
/// characters: those that a message quotes are `\xNN`.
struct Diagnostic {
    Severity severity;
    std::string_view component;  ///< "context", "propagation", "logging", …
    std::string_view message;
};

using DiagnosticsHandler = void (*)(const Diagnostic&) noexcept;

/// Replaces the handler; null silences. The first one hears at once, from this call, which of the
/// variables that are read when the library is loaded (CTX_LOST_CONTEXT, CTX_CENSUS) have unknown
/// values. @return the one before.
CTX_EXPORT DiagnosticsHandler set_diagnostics_handler(DiagnosticsHandler handler) noexcept;

/// Tells the handler, if there is one. For the layers of ctx and for adapters outside.
CTX_EXPORT void diagnose(Severity severity, std::string_view component,
                         std::string_view message) noexcept;

/// Lets a place that may fail often speak once a second: `if (limiter.pass()) diagnose(…)`.
class CTX_EXPORT DiagnosticLimiter {
public:
    [[nodiscard]] bool pass() noexcept;

private:
    std::int64_t next_ns_ = 0;  // accessed through std::atomic_ref
};

}  // namespace ctx
