// ctx/context.hpp: everything of the context layer.

#pragma once

#include <ctx/baggage.hpp>
#include <ctx/context/attribute.hpp>
#include <ctx/context/audit.hpp>
#include <ctx/context/boundary.hpp>
#include <ctx/context/census.hpp>
#include <ctx/context/child_span.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/context/governed_baggage.hpp>
#include <ctx/context/id_generator.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/context/key.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/context/lost_context.hpp>
#include <ctx/context/recording_span.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/self_check.hpp>
#include <ctx/context/source_place.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/context/thread_dump.hpp>
#include <ctx/context/trace_state.hpp>
