// The pieces of OTLP/JSON that metrics are made of.

#pragma once

#include <ctx/metrics/otlp_metrics.hpp>
#include <ctx/metrics/source.hpp>

#include <string>
#include <string_view>

namespace ctx::detail {

/// `{"key":…,"value":{"stringValue":…}}`
void append_text_attribute(std::string& out, std::string_view key, std::string_view value);

// The data points of one series.
void append_number_point(std::string& out, const SeriesSnapshot& series,
                         const OtlpMetricsTimes& times, bool cumulative);
void append_summary_point(std::string& out, const SeriesSnapshot& series,
                          const OtlpMetricsTimes& times);
void append_histogram_point(std::string& out, const SeriesSnapshot& series,
                            const OtlpMetricsTimes& times);
/// Of a series that has native buckets.
void append_exponential_point(std::string& out, const SeriesSnapshot& series,
                              const OtlpMetricsTimes& times);

}  // namespace ctx::detail
