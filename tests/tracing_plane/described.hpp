// Bags whose schema a vector describes in words.

#pragma once

#include "tracing_plane/ops.hpp"

namespace ctx::test {

// `ZipkinContext { ZipkinMetadata metadata = 0; } struct = fixed64 x4 + {bool,bool,bool}`, or
// `HTraceContext { set<HTraceID> parents = 0; } HTraceID = fixed64 upper, fixed64 lower`.
[[nodiscard]] Json write_described(const Json& input, const Json& expected);

}  // namespace ctx::test
