// The files of the demo's page, built into the program.

#pragma once

#include <cstddef>
#include <string_view>

namespace rides {

/// `index.html`, `app.js` or `style.css`; empty for any other name.
[[nodiscard]] std::string_view page_file(std::string_view name);

}  // namespace rides
