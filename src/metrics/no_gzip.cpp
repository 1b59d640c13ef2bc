// In place of gzip.cpp where zlib is not wanted.

#include "metrics/gzip.hpp"

namespace ctx::detail {

bool has_gzip() noexcept {
    return false;
}

std::string gzip(std::string_view text) {
    return std::string{text};
}

}  // namespace ctx::detail
