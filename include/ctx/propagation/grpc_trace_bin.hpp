// ctx/propagation/grpc_trace_bin.hpp: the format `grpcbin`: OpenCensus' `grpc-trace-bin`.
//
//     ctx::Propagators opencensus{ctx::grpc_trace_bin_format};
//     ctx::Context caller = opencensus.extract(server_context.client_metadata());
//
// Rules: BinaryEncoding of the OpenCensus specifications. 29 bytes: version 0, then fields of a
// number each: 0 and 16 bytes of trace id, 1 and 8 of span id, 2 and one of flags. They are read in
// any order up to the first number that is not known; without flags the trace is not sampled.
//
// gRPC hands names that end in `-bin` out and in as bytes (CarrierTraits::takes_bytes); in HTTP
// headers they are base64, padded or not when read, not padded when written.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_grpc_trace_bin_malformed_total.
// Cost      One look-up; base64 allocates.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>
#include <ctx/propagation/policy.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

namespace ctx {

inline constexpr std::size_t binary_trace_context_size = 29;

/// Reads the bytes (OpenCensus BinaryEncoding; the binary `traceparent` of AMQP has the same
/// layout).
[[nodiscard]] CTX_EXPORT std::variant<SpanContext, Rejection> parse_binary_trace_context(
    std::string_view bytes) noexcept;

/// Writes the bytes.
CTX_EXPORT void write_binary_trace_context(const SpanContext& span,
                                           char (&out)[binary_trace_context_size]) noexcept;

CTX_EXPORT void extract_grpc_trace_bin(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_grpc_trace_bin(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view grpc_trace_bin_fields[] = {"grpc-trace-bin"};
inline constexpr Format grpc_trace_bin_format{"grpcbin", grpc_trace_bin_fields,
                                              &extract_grpc_trace_bin, &inject_grpc_trace_bin};

}  // namespace ctx
