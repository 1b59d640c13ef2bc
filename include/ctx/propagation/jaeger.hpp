// ctx/propagation/jaeger.hpp: the format `jaeger`: `uber-trace-id`, `uberctx-<key>`.
//
//     ctx::Propagators jaeger{ctx::jaeger_format};
//     ctx::Context caller = jaeger.extract(headers);
//     if (const std::string* asked = caller.get(ctx::jaeger_debug_id)) { … }   // by whom
//
// Rules: "Propagation Format" of Jaeger's client library documentation. `{trace}:{span}:{parent}:
// {flags}`; ids with their zeros stripped and values with their colons percent-encoded are read,
// full ones are written. Baggage is one header per entry, percent-encoded; names of headers have no
// case, so keys come back in lower case. `jaeger-baggage: k1=v1, k2=v2` and `jaeger-debug-id: text`
// are read and never written: the latter makes the trace a sampled debug trace.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_jaeger_malformed_total; entries over the limits of the W3C
//           header or without a usable key in ctx_propagation_entry_headers_dropped_total.
// Cost      Reading: a walk over all headers. Writing: one header per entry.

#pragma once

#include <ctx/context/key.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string>
#include <string_view>

namespace ctx {

/// The text of `jaeger-debug-id`, at most 256 bytes: for a tag of that name on the first span.
CTX_EXPORT extern const Key<std::string> jaeger_debug_id;

CTX_EXPORT void extract_jaeger(const CarrierReader& from, Extraction& into);

/// A decision that nobody made is written as "not sampled": the format cannot leave it open.
CTX_EXPORT void inject_jaeger(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view jaeger_fields[] = {"uber-trace-id"};
inline constexpr std::string_view jaeger_prefixes[] = {"uberctx-"};
inline constexpr std::string_view jaeger_inputs[] = {"jaeger-debug-id", "jaeger-baggage"};
inline constexpr Format jaeger_format{.name = "jaeger",
                                      .fields = jaeger_fields,
                                      .extract = &extract_jaeger,
                                      .inject = &inject_jaeger,
                                      .prefixes = jaeger_prefixes,
                                      .also_reads = jaeger_inputs};

}  // namespace ctx
