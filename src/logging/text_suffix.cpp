#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <algorithm>

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
char* put_value(char* out, std::string_view value) noexcept {
    const bool quoted = value.empty() || value.find_first_of(" =\"\\") != std::string_view::npos;
    if (quoted) *out++ = '"';
    out = put(out, value);
    if (quoted) *out++ = '"';
    return out;
}

}  // namespace

char* write_text_suffix(char* out, const RecordContext& context,
                        const std::vector<std::string>* only) noexcept {
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
    const bool all = only == nullptr || only->empty();
    std::string_view rest = context.fields;
    std::string_view name;
    std::string_view value;
    while (detail::next_field(rest, name, value)) {
        if (!all && std::find(only->begin(), only->end(), name) == only->end()) continue;
        *out++ = ' ';
        out = put_name(out, name);
        *out++ = '=';
        out = put_value(out, value);
    }
    return out;
}

}  // namespace ctx::log
