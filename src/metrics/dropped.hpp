// What cannot be shown is counted and said.

#pragma once

#include <ctx/export.hpp>

#include <string>
#include <string_view>

namespace ctx::detail {

CTX_EXPORT void drop_family(std::string_view name, std::string_view reason);
CTX_EXPORT void drop_series(std::string_view family, std::string_view labels,
                            std::string_view reason);

}  // namespace ctx::detail
