// The few forms of JSON that OTLP needs, appended to a string.

#pragma once

#include <ctx/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ctx::detail {

/// A JSON string; ill-formed UTF-8 becomes U+FFFD, control characters are escaped.
CTX_EXPORT void append_json_string(std::string& out, std::string_view text);

/// proto3 JSON: 64-bit integers are strings.
CTX_EXPORT void append_json_int64(std::string& out, std::int64_t value);
CTX_EXPORT void append_json_uint64(std::string& out, std::uint64_t value);
CTX_EXPORT void append_json_number(std::string& out, std::uint32_t value);

/// proto3 JSON: NaN and the infinities are strings.
CTX_EXPORT void append_json_double(std::string& out, double value);

/// `"key":`, behind what the object holds already.
CTX_EXPORT void append_json_key(std::string& out, std::string_view key);

/// `"key":[…]`, each element written by `append`.
template <typename Range, typename Append>
void append_json_list(std::string& out, std::string_view key, const Range& items, Append append) {
    append_json_key(out, key);
    out += '[';
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        append(item);
    }
    out += ']';
}

}  // namespace ctx::detail
