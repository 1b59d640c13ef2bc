// The program's command line.

#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

namespace ctx::bdlc {

/// 0: done. 1: something is wrong with a file. 2: something is wrong with the arguments.
int run(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& errors);

}  // namespace ctx::bdlc
