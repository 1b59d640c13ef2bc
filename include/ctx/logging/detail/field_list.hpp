// Walks the rendered fields of a record: `,"name":"value",…`.

#pragma once

#include <cstddef>
#include <string_view>

namespace ctx::log::detail {

/// Takes the first member off `rest`. Name and value stay JSON-escaped, without their quotes.
/// @return false at the end, or when the bytes are not such a list.
inline bool next_field(std::string_view& rest, std::string_view& name,
                       std::string_view& value) noexcept {
    const auto quoted = [&rest](std::string_view& text) {
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (rest[i] == '\\') {
                ++i;
            } else if (rest[i] == '"') {
                text = rest.substr(0, i);
                rest.remove_prefix(i + 1);
                return true;
            }
        }
        return false;
    };
    if (!rest.starts_with(",\"")) return false;
    rest.remove_prefix(2);
    if (!quoted(name) || !rest.starts_with(":\"")) return false;
    rest.remove_prefix(2);
    return quoted(value);
}

}  // namespace ctx::log::detail
