// What cannot be shown is counted and said.

#pragma once

#include <string>
#include <string_view>

namespace ctx::detail {

void drop_family(std::string_view name, std::string_view reason);
void drop_series(std::string_view family, std::string_view labels, std::string_view reason);

}  // namespace ctx::detail
