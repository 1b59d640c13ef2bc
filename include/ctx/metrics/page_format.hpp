// ctx/metrics/page_format.hpp: in which form a scraper wants its page.
//
//     const ctx::PageFormat format = ctx::negotiate(request["Accept"]);
//     response.set("Content-Type", ctx::content_type(format));
//     response.set("Vary", "Accept");
//
// Threads   Pure functions.
// Errors    Any header is accepted. Whoever names no known format gets the plain text format.
// Cost      One walk over the header, without allocation.

#pragma once

#include <ctx/export.hpp>

#include <cstdint>
#include <string_view>

namespace ctx {

enum class PageFormat : std::uint8_t {
    text,               ///< Prometheus text format 0.0.4; has no exemplars
    openmetrics_0_0_1,  ///< OpenMetrics under its first number; the same content as 1.0.0
    openmetrics_1_0_0,
    protobuf,  ///< io.prometheus.client.MetricFamily, delimited: with native histograms
};

/// Chooses by the `Accept` header (RFC 9110 section 12.5.1): the highest q wins, among equals the
/// one named first, q=0 forbids. A range without version means the oldest one. Unknown media types
/// and versions, malformed ranges and wildcards never select OpenMetrics, nor protobuf, which is
/// chosen by its full name alone: with `proto` and `encoding`.
[[nodiscard]] CTX_EXPORT PageFormat negotiate(std::string_view accept) noexcept;

/// The `Content-Type` to answer with.
[[nodiscard]] CTX_EXPORT std::string_view content_type(PageFormat format) noexcept;

}  // namespace ctx
