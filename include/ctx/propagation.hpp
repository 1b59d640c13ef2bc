// ctx/propagation.hpp: everything of ctx::propagation, and what its callers need of contexts.

#pragma once

#include <ctx/context/child_span.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/callback_carrier.hpp>
#include <ctx/propagation/carrier.hpp>
#include <ctx/propagation/carrier_view.hpp>
#include <ctx/propagation/format.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/traceparent.hpp>
