#include <ctx/context/trace_state.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace ctx {
namespace {

// What a byte may be part of.
constexpr std::uint8_t key_start = 1;
constexpr std::uint8_t key_char = 2;
constexpr std::uint8_t value_char = 4;

constexpr std::uint8_t class_of(unsigned char c) noexcept {
    std::uint8_t found = 0;
    const bool start = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (start) found |= key_start;
    if (start || c == '_' || c == '-' || c == '*' || c == '/' || c == '@') found |= key_char;
    if (c >= 0x20 && c <= 0x7e && c != ',' && c != '=') found |= value_char;
    return found;
}

constexpr auto classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned c = 0; c < table.size(); ++c)
        table[c] = class_of(static_cast<unsigned char>(c));
    return table;
}();

constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// Whether every byte belongs to the class.
bool all_of_class(std::string_view text, std::uint8_t wanted) noexcept {
    std::uint8_t common = wanted;
    for (const char c : text)
        common &= classes[static_cast<unsigned char>(c)];
    return common != 0;
}

// Level 2, 3.3.2.2.1: key = ( lcalpha / DIGIT ) 0*255 ( keychar )
bool is_key(std::string_view key) noexcept {
    return !key.empty() && key.size() <= 256 && all_of_class(key.substr(0, 1), key_start) &&
           all_of_class(key, key_char);
}

// Level 2, 3.3.2.2.2: value = 0*255(chr) nblk-chr
bool is_value(std::string_view value) noexcept {
    return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
           all_of_class(value, value_char);
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string_view key_of(std::string_view member) noexcept {
    return member.substr(0, member.find('='));
}

/// Takes the text up to the next comma off `rest`.
std::string_view next_member(std::string_view& rest) noexcept {
    const std::size_t comma = rest.find(',');
    const std::string_view member = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    return member;
}

struct Members {
    // Half a kilobyte that most lists need little of: what is not counted is not written.
    union {
        std::array<std::string_view, TraceState::max_members> list;
    };
    std::size_t count = 0;

    Members() noexcept {}  // NOLINT(*-member-init,*-use-equals-default)

    [[nodiscard]] bool has(std::string_view key) const noexcept {
        return std::any_of(list.begin(), list.begin() + count,
                           [&](std::string_view member) { return key_of(member) == key; });
    }
};

/// @return false when the list must be ignored as a whole.
bool read_members(std::string_view header, Members& members) noexcept {
    std::size_t seen = 0;
    while (!header.empty()) {
        const std::string_view member = trim(next_member(header));
        if (member.empty()) continue;  // allowed, and not counted (3.3.1.1)
        const std::size_t equals = member.find('=');
        if (++seen > TraceState::max_members || equals == std::string_view::npos ||
            !is_key(member.substr(0, equals)) || !is_value(member.substr(equals + 1))) {
            return false;
        }
        if (!members.has(member.substr(0, equals))) members.list[members.count++] = member;
    }
    return true;
}

std::size_t joined_size(const Members& members) noexcept {
    std::size_t size = members.count - 1;
    for (std::size_t i = 0; i < members.count; ++i)
        size += members.list[i].size();
    return size;
}

std::string joined(const Members& members) {
    std::string text;
    text.reserve(joined_size(members));
    for (std::size_t i = 0; i < members.count; ++i) {
        if (i > 0) text += ',';
        text += members.list[i];
    }
    return text;
}

}  // namespace

TraceState TraceState::parse(std::string_view header) {
    Members members;
    if (!read_members(header, members) || members.count == 0) return {};
    // As it should be: nothing to leave out.
    if (joined_size(members) == header.size()) return TraceState{detail::CountedText{header}};
    return TraceState{detail::CountedText{joined(members)}};
}

std::optional<std::string_view> TraceState::find(std::string_view key) const noexcept {
    std::string_view rest = header();
    while (!rest.empty()) {
        const std::string_view member = next_member(rest);
        if (key_of(member) == key) return member.substr(key.size() + 1);
    }
    return std::nullopt;
}

std::optional<TraceState> TraceState::set(std::string_view key, std::string_view value) const {
    if (!is_key(key) || !is_value(value)) return std::nullopt;
    std::string text;
    text.reserve(key.size() + value.size() + header().size() + 2);
    text.append(key).append(1, '=').append(value);
    std::size_t count = 1;
    std::string_view rest = header();
    while (!rest.empty() && count < max_members) {
        const std::string_view member = next_member(rest);
        if (key_of(member) == key) continue;
        text.append(1, ',').append(member);
        ++count;
    }
    return TraceState{detail::CountedText{text}};
}

}  // namespace ctx
