// Turns a checked file into a C++ header.

#pragma once

#include "ast.hpp"

#include <string>

namespace ctx::bdlc {

/// The header of a file that has no errors.
[[nodiscard]] std::string generate(const File& file);

}  // namespace ctx::bdlc
