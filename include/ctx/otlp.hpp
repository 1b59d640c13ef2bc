// ctx/otlp.hpp: everything of the component `otlp`.

#pragma once

#include <ctx/tracing.hpp>
#include <ctx/tracing/otlp_json.hpp>
#include <ctx/tracing/otlp_json_file_sink.hpp>
