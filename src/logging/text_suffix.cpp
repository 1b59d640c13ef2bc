#include "logging/json_values.hpp"
#include "logging/shown_values.hpp"
#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::log {
namespace {

char* put(char* out, std::string_view text) noexcept {
    return std::copy(text.begin(), text.end(), out);
}

char* put_name(char* out, std::string_view name) noexcept {
    return std::transform(name.begin(), name.end(), out, [](char c) {
        const bool visible = c > 0x20 && c < 0x7f;
        return visible && c != '=' && c != '"' && c != '\\' ? c : '_';
    });
}

// Escaped as it is, the value needs quotes exactly when a reader would split it or unescape it. A
// member `,"n":"v"` is one byte longer than ` n="v"`, so the suffix is never longer than the
// fields.
bool needs_quotes(std::string_view value) noexcept {
    return value.empty() || value.find_first_of(" =\"\\") != std::string_view::npos;
}

char* put_value(char* out, std::string_view value) noexcept {
    const bool quoted = needs_quotes(value);
    if (quoted) *out++ = '"';
    out = put(out, value);
    if (quoted) *out++ = '"';
    return out;
}

char* put_member(char* out, std::string_view name, std::string_view value) noexcept {
    *out++ = ' ';
    out = put_name(out, name);
    *out++ = '=';
    return put_value(out, value);
}

char* put_fields(char* out, std::string_view rest, const JsonLines::Options* options) noexcept {
    static const std::vector<std::string> all;
    const auto& only = options == nullptr ? all : options->only_fields;
    std::string_view name;
    std::string_view value;
    while (detail::next_field(rest, name, value)) {
        if (only.empty() || std::find(only.begin(), only.end(), name) != only.end()) {
            out = put_member(out, name, value);
        }
    }
    return out;
}

// The text is written where it would stand in quotes, and moved when it needs none.
char* put_values(char* out, const RecordContext& context,
                 const JsonLines::Options* options) noexcept {
    const auto& secret = options == nullptr ? default_secret_names() : options->secret_names;
    const detail::ShownValues shown{context.values, context.fields, secret, &is_reserved_name};
    shown.for_each([&out](const detail::ShownValue& each) {
        *out++ = ' ';
        out = put_name(out, each.name());
        *out++ = '=';
        char* const text = out + 1;
        const char* end = detail::write_value_text(text, each.value());
        const std::string_view written{text, static_cast<std::size_t>(end - text)};
        if (!needs_quotes(written)) {
            std::memmove(out, written.data(), written.size());
            out += written.size();
            return;
        }
        *out = '"';
        out = text + written.size();
        *out++ = '"';
    });
    return out;
}

}  // namespace

std::size_t text_suffix_bound(const RecordContext& context) noexcept {
    std::size_t bound = max_suffix_bytes;
    for (const Value& value : context.values)
        bound += 8 + value.key.size() + detail::json_value_bound(value) + detail::redacted.size();
    return bound;
}

char* write_text_suffix(char* out, const RecordContext& context,
                        const JsonLines::Options* options) noexcept {
    if (context.trace_id.is_valid()) {
        out = put(out, " trace_id=");
        context.trace_id.write_hex(out);
        out += TraceId::hex_digits;
        if (context.span_id.is_valid()) {
            out = put(out, " span_id=");
            context.span_id.write_hex(out);
            out += SpanId::hex_digits;
        }
    }
    out = put_fields(out, context.fields, options);
    return context.values.empty() ? out : put_values(out, context, options);
}

}  // namespace ctx::log
