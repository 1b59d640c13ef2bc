// The compiler as a function, for tests.

#pragma once

#include <string_view>

namespace ctx::bdlc {

/// Whether a text is a good .bb file as far as it can tell without others: no imported file is
/// looked for, and what one could declare (as may any qualified name) is taken to fit.
[[nodiscard]] bool accepts(std::string_view text);

}  // namespace ctx::bdlc
