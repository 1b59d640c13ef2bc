// Headers that go through a service as they are.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/propagation/format.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ctx::detail {

/// `context` with the headers of these names, for write_kept_headers(). @param names  lower case.
[[nodiscard]] Context keep_headers(const CarrierReader& from, const std::vector<std::string>& names,
                                   const Context& context);

/// Writes what was kept; removes those of `names` that were not.
void write_kept_headers(ContextView context, const std::vector<std::string>& names,
                        const CarrierWriter& into);

/// Copies a header; several lines become one, separated by ','. Removes it when there is none.
void forward_header(std::string_view name, const CarrierReader& from, const CarrierWriter& into);

/// Copies all that a format reads or writes.
void forward_format(const Format& format, const CarrierReader& from, const CarrierWriter& into);

}  // namespace ctx::detail
