// ctx/propagation/mesh_headers.hpp: the headers that service meshes ask applications to copy.
//
//     const auto propagators = ctx::Propagators{}.passing(ctx::mesh_headers);
//
// Envoy and Istio join the two sides of an application by what it copies from a request to the
// calls it makes for it.
//
// Threads   A constant.
// Errors    None.
// Cost      Propagators::passing() looks each name up once per request.

#pragma once

#include <string_view>

namespace ctx {

/// `x-request-id` and the trace headers of Envoy, Istio and the tracers they speak to.
inline constexpr std::string_view mesh_headers[] = {
    "x-request-id",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "b3",
    "traceparent",
    "tracestate",
    "x-ot-span-context",
    "x-cloud-trace-context",
    "grpc-trace-bin",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "sw8",
    "sw8-x",
    "sw8-correlation",
    "x-amzn-trace-id",
    "x-client-trace-id",
    "x-envoy-force-trace",
};

}  // namespace ctx
