#include "metrics/dropped.hpp"

#include <ctx/baggage/utf8.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>

namespace ctx::detail {
namespace {

Stat dropped_families{"ctx_metrics_families_dropped_total",
                      "Families left out of a page that they would have made invalid."};
Stat dropped_series{"ctx_metrics_series_dropped_total",
                    "Series left out of a page that they would have made invalid."};

DiagnosticLimiter& limiter() {
    static DiagnosticLimiter limiter;
    return limiter;
}

void say(const std::string& message) {
    if (limiter().pass()) diagnose(Severity::warning, "metrics", message);
}

}  // namespace

void drop_family(std::string_view name, std::string_view reason) {
    dropped_families.add();
    std::string message = "family ";
    append_valid_utf8(message, name);
    say(message.append(" is not on the page: ").append(reason));
}

void drop_series(std::string_view family, std::string_view labels, std::string_view reason) {
    dropped_series.add();
    std::string message = "a series of family ";
    append_valid_utf8(message.append(family).append(" {"), labels);
    say(message.append("} is not on the page: ").append(reason));
}

}  // namespace ctx::detail
