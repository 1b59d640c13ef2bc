// ctx/metrics/exemplar.hpp: one observation with the trace it was made in, shown beside a metric.
//
//     auto latency = ctx::HistogramFamily::create({
//         .name = "dispatch_seconds", .help = "Time to find a driver.",
//         .exemplars = {.extras = {"session"}}});   // # {trace_id="…",span_id="…",session="…"} 0.7
//
// Only what opens is shown: an observation becomes an exemplar when its span is sampled and
// recorded, and RecordingSpan::keep() promised that the trace stays.
//
// Threads   Values.
// Errors    Nothing fails. Labels that would exceed the 128 code points of OpenMetrics 1.0 are left
//           out, the least important first; trace_id and span_id always fit.
// Cost      A place of 64 bytes per bucket, made when the bucket gets its first exemplar; 344 bytes
//           when extras are declared.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ctx {

/// Which observations of a family become exemplars, and for how long.
struct ExemplarPolicy {
    bool enabled = true;
    /// A bucket takes a new exemplar when its last one is this old and was read, by a scrape; where
    /// nobody reads, about one observation in 64 may replace it. Every bucket decides for itself,
    /// so the rare slow request in a quiet bucket is always taken.
    std::chrono::milliseconds min_age{1000};
    /// Older ones are not shown: servers would store them again and again.
    std::chrono::milliseconds max_age{70'000};
    /// Keys of declared baggage fields to add, most important first. They cost no series. Keys of
    /// the family's own dimensions are refused.
    std::vector<std::string> extras{};
};

/// An exemplar as readers see it.
struct Exemplar {
    std::vector<std::pair<std::string, std::string>> labels;  ///< trace_id, span_id, extras
    double value = 0;
    std::int64_t unix_ms = 0;  ///< when it was observed, milliseconds since 1970 (UTC)
};

}  // namespace ctx
