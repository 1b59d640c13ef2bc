#include "propagation/datadog_state.hpp"

#include "propagation/id_text.hpp"
#include "propagation/text.hpp"
#include <ctx/context/detail/control_character.hpp>

#include <algorithm>
#include <charconv>

namespace ctx::detail {
namespace {

constexpr std::string_view tag_prefix = "_dd.p.";
constexpr std::string_view tid_key = "_dd.p.tid";
constexpr std::size_t max_origin = 4096;

void append_tag(std::string& list, std::string_view key, std::string_view value) {
    if (!list.empty()) list += ',';
    list.append(key).append(1, '=').append(value);
}

/// In a tracestate "~" stands for "=", which may not occur there.
std::string with_equals_signs(std::string_view value) {
    std::string result{value};
    std::replace(result.begin(), result.end(), '~', '=');
    return result;
}

void read_dd_field(std::string_view field, DatadogState& state) {
    const std::string_view key = next_part(field, ':');
    if (key == "s") {
        int priority = 0;
        const char* const end = field.data() + field.size();
        const auto read = std::from_chars(field.data(), end, priority);
        if (read.ec == std::errc{} && read.ptr == end) state.priority = priority;
    } else if (key == "o") {
        state.origin = with_equals_signs(trim_ows(field));
    } else if (key.starts_with("t.") && key.size() > 2) {
        const std::string name = std::string{tag_prefix}.append(key.substr(2));
        const std::string value = with_equals_signs(trim_ows(field));
        if (name != tid_key && !value.empty()) append_tag(state.tags, name, value);
    }
}

}  // namespace

bool is_datadog_origin(std::string_view text) noexcept {
    return text.size() <= max_origin && std::none_of(text.begin(), text.end(), is_control);
}

std::uint64_t read_datadog_tags(std::string_view list, std::string& kept) {
    std::uint64_t tid = 0;
    while (!list.empty()) {
        std::string_view text = next_part(list, ',');
        const std::string_view key = trim_ows(next_part(text, '='));
        const std::string_view value = trim_ows(text);  // at the end of a header it would be lost
        if (!key.starts_with(tag_prefix) || key.size() == tag_prefix.size() || text.empty() ||
            !is_printable(key) || !is_printable(value)) {
            continue;
        }
        if (key == tid_key) {
            tid = parse_hex16(text).value_or(0);
        } else if (!value.empty()) {
            append_tag(kept, key, value);
        }
    }
    return tid;
}

void remove_datadog_tag(std::string& list, std::string_view key) {
    std::string kept;
    std::string_view rest = list;
    while (!rest.empty()) {
        const std::string_view tag = next_part(rest, ',');
        if (tag.substr(0, tag.find('=')) == key) continue;
        if (!kept.empty()) kept += ',';
        kept += tag;
    }
    list = std::move(kept);
}

DatadogState read_dd_member(std::string_view value) {
    DatadogState state;
    while (!value.empty())
        read_dd_field(next_part(value, ';'), state);
    return state;
}

}  // namespace ctx::detail
