// ctx/propagation.hpp: everything of ctx::propagation.

#pragma once

#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/callback_carrier.hpp>
#include <ctx/propagation/carrier.hpp>
#include <ctx/propagation/carrier_view.hpp>
#include <ctx/propagation/format.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/traceparent.hpp>
