// ctx/propagation.hpp: everything of ctx::propagation, and what its callers need of contexts.

#pragma once

#include <ctx/context/child_span.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/propagation/b3.hpp>
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/callback_carrier.hpp>
#include <ctx/propagation/carrier.hpp>
#include <ctx/propagation/carrier_view.hpp>
#include <ctx/propagation/cloud_trace.hpp>
#include <ctx/propagation/datadog.hpp>
#include <ctx/propagation/environment.hpp>
#include <ctx/propagation/format.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/jaeger.hpp>
#include <ctx/propagation/mesh_headers.hpp>
#include <ctx/propagation/ottrace.hpp>
#include <ctx/propagation/policy.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/quality.hpp>
#include <ctx/propagation/response.hpp>
#include <ctx/propagation/skywalking.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/traceparent.hpp>
#include <ctx/propagation/tracing_plane.hpp>
#include <ctx/propagation/xray.hpp>
