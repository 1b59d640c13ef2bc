#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/executors/detail/callback_state.hpp>

#include <exception>
#include <string>

namespace ctx::detail {
namespace {

Stat exceptions{"ctx_executors_callback_exceptions_total",
                "Exceptions that were caught before they left a C callback."};
Stat second_calls{"ctx_executors_callback_second_calls_total",
                  "Calls of a one-shot C callback that had been called before."};

void report(std::string_view what) noexcept {
    try {
        diagnose(Severity::error, "executors",
                 std::string{"an exception was caught in a C callback: "}.append(what));
    } catch (...) {  // no memory for the words
        diagnose(Severity::error, "executors", "an exception was caught in a C callback");
    }
}

}  // namespace

void report_callback_exception() noexcept {
    static constinit DiagnosticLimiter limiter;
    exceptions.add();
    if (!limiter.pass()) return;
    try {
        throw;
    } catch (const std::exception& error) {
        report(error.what());
    } catch (...) {
        report("of an unknown type");
    }
}

void report_second_call() noexcept {
    static constinit DiagnosticLimiter limiter;
    second_calls.add();
    if (limiter.pass())
        diagnose(Severity::error, "executors", "a one-shot C callback was called again");
}

}  // namespace ctx::detail
