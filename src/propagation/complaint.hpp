// What a format says when a header cannot be used: counted, told once a second, and noted for the
// quality counters.

#pragma once

#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/propagation/format.hpp>

#include <cstddef>

namespace ctx::detail {

class Complaint {
public:
    /// @param stat, help, message  must have static storage duration.
    Complaint(const char* stat, const char* help, const char* message) noexcept
        : stat_(stat, help), message_(message) {}

    void reject(Extraction& into, Rejection reason) noexcept {
        into.rejected(reason);
        count();
    }

    void count(std::size_t times = 1) noexcept {
        stat_.add(times);
        if (limiter_.pass()) diagnose(Severity::warning, "propagation", message_);
    }

private:
    Stat stat_;
    DiagnosticLimiter limiter_;
    const char* message_;
};

}  // namespace ctx::detail
