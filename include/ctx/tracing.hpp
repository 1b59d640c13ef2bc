// ctx/tracing.hpp: everything of the component `tracing`.

#pragma once

#include <ctx/context.hpp>
#include <ctx/tracing/recorder.hpp>
#include <ctx/tracing/sampler.hpp>
#include <ctx/tracing/span.hpp>
#include <ctx/tracing/span_data.hpp>
#include <ctx/tracing/span_sink.hpp>
#include <ctx/tracing/trace_store.hpp>
#include <ctx/tracing/tracer.hpp>
