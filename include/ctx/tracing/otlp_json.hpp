// ctx/tracing/otlp_json.hpp: spans in OTLP/JSON, for files, collectors and pages.
//
//     std::string body;
//     ctx::append_otlp_json(body, batch);          // {"resourceSpans":[…]}
//
// Threads   Pure functions.
// Errors    Any span can be written: text that is not UTF-8 is repaired (U+FFFD), NaN and
//           infinities are the strings that proto3 JSON has for them. Throws std::bad_alloc only.
// Cost      About a microsecond per span; no allocation but the string's growth and a list of
//           pointers per call.

#pragma once

#include <ctx/export.hpp>
#include <ctx/tracing/span_data.hpp>

#include <span>
#include <string>

namespace ctx {

/// Appends one `TracesData` object, without a line end and without a line break inside: ids in
/// hex, 64-bit integers as strings, enumerations as numbers, lowerCamelCase names (OTLP 1.x,
/// "JSON Protobuf Encoding"). Each resource, and each scope within it, appears once.
CTX_EXPORT void append_otlp_json(std::string& out, std::span<const SpanData> spans);
CTX_EXPORT void append_otlp_json(std::string& out, std::span<const SpanDataPtr> spans);

}  // namespace ctx
