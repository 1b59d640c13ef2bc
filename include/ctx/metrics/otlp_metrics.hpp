// ctx/metrics/otlp_metrics.hpp: metrics in OTLP/JSON, with exemplars, for collectors.
//
//     std::string body;
//     ctx::append_otlp_json(body, page);           // {"resourceMetrics":[…]}
//
// To have them sent every minute use otlp_push.hpp.
//
// Threads   Pure functions of what they are given; of a page, which may be updated meanwhile.
// Errors    Any metrics can be written: text that is not UTF-8 is repaired (U+FFFD), NaN and
//           infinities are the strings that proto3 JSON has for them. Throws std::bad_alloc, and
//           what a source throws.
// Cost      A copy of every series, then a walk over it.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/source.hpp>
#include <ctx/tracing/span_data.hpp>

#include <span>
#include <string>

namespace ctx {

/// From when to when cumulative values were counted.
struct OtlpMetricsTimes {
    WallTime start{};
    WallTime end{};

    /// From when this library was loaded until now.
    [[nodiscard]] CTX_EXPORT static OtlpMetricsTimes until_now() noexcept;
};

/// Appends one `MetricsData` object, which is what an `ExportMetricsServiceRequest` has too,
/// without a line break inside: ids in hex, 64-bit integers as strings, lowerCamelCase names
/// (OTLP 1.x, "JSON Protobuf Encoding").
///
/// Counters become cumulative monotonic sums, histograms explicit-bucket histograms, or
/// exponential ones if all series have native buckets; info metrics and those of unknown type are
/// gauges. Names are those of the families (`_total` is not part of them, a unit is), units are
/// UCUM's (`s`, `By`). Exemplars have their trace and span as ids, their other labels as filtered
/// attributes. Families without series and the info family `target`, which is what `resource` says
/// already, are left out.
CTX_EXPORT void append_otlp_json(std::string& out, std::span<const FamilySnapshot> families,
                                 const Resource& resource,
                                 const OtlpMetricsTimes& times = OtlpMetricsTimes::until_now());

/// All that is on the page: its sources, its resource and, unless it has them switched off, the
/// self metrics of ctx.
CTX_EXPORT void append_otlp_json(std::string& out, const MetricsPage& page,
                                 const OtlpMetricsTimes& times = OtlpMetricsTimes::until_now());

}  // namespace ctx
