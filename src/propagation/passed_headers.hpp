// Headers that go through a service as they are.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/propagation/format.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ctx::detail {

/// Whether a header of this name (lower case) says which trace a request belongs to.
[[nodiscard]] bool is_trace_header(std::string_view name) noexcept;

/// `context` with the headers of these names, for write_kept_headers(). @param names  lower case.
/// @param with_trace  whether those that tell a trace are among them.
[[nodiscard]] Context keep_headers(const CarrierReader& from, const std::vector<std::string>& names,
                                   const Context& context, bool with_trace);

/// Writes what was kept; removes those of `names` that were not, or may not be told.
void write_kept_headers(ContextView context, const std::vector<std::string>& names,
                        const CarrierWriter& into, bool with_trace);

/// Copies a header that some proxy does not know: several lines become one, separated by ','.
/// Removes it when there is none, and when its text is not legal in a header.
void forward_header(std::string_view name, const CarrierReader& from, const CarrierWriter& into);

/// Copies all that a format reads or writes. Of a header that is no list the first line counts.
void forward_format(const Format& format, const CarrierReader& from, const CarrierWriter& into);

}  // namespace ctx::detail
