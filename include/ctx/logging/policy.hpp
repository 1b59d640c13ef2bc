// ctx/logging/policy.hpp: which lines are written, decided where they are logged.
//
//     ctx::log::LinePolicy policy;
//     policy.keep = 0.1;                                     // every line of one request in ten
//     policy.per_site = {.interval = 100ms, .burst = 5};     // the sixth line of a place waits
//     policy.debug.enabled = true;                           // debug lines of requests that ask
//     policy.span_events = ctx::log::SpanEvents::error;      // errors are on the span, too
//     ctx::log::set_line_policy(policy);
//
// - `minimum` and `only_sampled` are OpenTelemetry's minimum severity and trace_based.
// - `keep` decides by the 56 random bits of the trace id (W3C Trace Context level 2), so that all
//   lines of a request share their fate, in every service. Warnings and worse are always kept, and
//   so are lines without a request.
// - `per_site` counts lines of one place in the source. The first line that is written again says
//   how many were not: `"suppressed":17`. Lines without a place are not limited.
// - `debug`: a request asks by its trace flags (`TraceFlags::debug()`, from B3 or Jaeger) or by a
//   field of its baggage that is declared, and therefore taken from those only who may send it
//   (Field::send()). Its lines come out whatever `minimum`, `keep` and `per_site` say, and calls of
//   ctx::log below the logger's level as well. Call sites of spdlog ask the logger's level before
//   anybody can ask the request.
// - `observe` hears of each line that is written, on the thread that logs it and under its context:
//   for counting the volume of each tenant.
//
// Threads   set_line_policy() from any thread, at any time; lines that are being logged use the one
//           or the other.
// Errors    Nothing throws but std::bad_alloc in set_line_policy(). What is not written is counted:
//           `ctx_logging_unsampled_total`, `ctx_logging_suppressed_total`; requests that may not ask
//           for debug lines because too many do: `ctx_logging_debug_refused_total`; requests that
//           have used up theirs: `ctx_logging_debug_used_up_total`; lines that are not on their
//           span, which has enough: `ctx_logging_span_events_dropped_total`.
// Cost      Without a policy one load. With per_site one compare-and-swap per line. Each call of
//           set_line_policy() keeps up to 50 KB for ever and counts anew: for the start and for
//           rare changes.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ctx::log {

/// At most `burst` lines at once and then one for each `interval`; no burst: no limit.
struct RateLimit {
    std::chrono::nanoseconds interval = std::chrono::milliseconds{100};
    std::uint32_t burst = 0;
};

/// Which lines become events of the span that is being recorded.
enum class SpanEvents : std::uint8_t { none, error, all };

struct DebugRequests {
    bool enabled = false;
    /// Name of a declared field that is `true` in requests that ask; empty: only the trace flags.
    std::string field = {};
    /// The most verbose level that a request may ask for.
    Level level = Level::trace;
    /// More requests than these in a second do not get what they ask for.
    std::uint32_t requests_per_second = 10;
    /// A request that has written more lines than these is one like any other from then on.
    std::uint32_t lines_per_request = 1000;
};

struct LinePolicy {
    Level minimum = Level::trace;
    /// Drops lines under a span that is not sampled.
    bool only_sampled = false;
    /// Fraction of requests whose lines below warn are kept.
    double keep = 1.0;
    RateLimit per_site = {};
    DebugRequests debug = {};
    SpanEvents span_events = SpanEvents::none;
    /// Lines that become events of one span; at most 255.
    std::uint8_t max_span_events = 32;
    /// @param bytes  of the message
    void (*observe)(ContextView context, Level level, std::size_t bytes) noexcept = nullptr;
};

/// Takes effect for all loggers that carry contexts, and for calls of ctx::log on any logger.
CTX_EXPORT void set_line_policy(const LinePolicy& policy);

/// Every line is written again, if its logger wants it.
CTX_EXPORT void clear_line_policy() noexcept;

}  // namespace ctx::log
