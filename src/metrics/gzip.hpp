// Compression of what goes over the wire.

#pragma once

#include <ctx/export.hpp>

#include <string>
#include <string_view>

namespace ctx::detail {

/// False in a build without zlib.
[[nodiscard]] CTX_EXPORT bool has_gzip() noexcept;

/// RFC 1952, fastest level. @throws std::bad_alloc. Without zlib: the text itself.
[[nodiscard]] CTX_EXPORT std::string gzip(std::string_view text);

}  // namespace ctx::detail
