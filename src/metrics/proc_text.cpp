#include "metrics/proc_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ctx::detail {
namespace {

/// Takes what stands before `end`, and `end`.
std::string_view take_until(std::string_view& text, char end) noexcept {
    const std::string_view taken = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), taken.size() + 1));
    return taken;
}

/// Takes the next word; an empty one at the end.
std::string_view take_word(std::string_view& text) noexcept {
    constexpr std::string_view blanks = " \t\n";
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(blanks)));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

std::optional<std::uint64_t> number(std::string_view word) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return value;
}

/// The number behind `name` where a line begins with it.
std::optional<std::uint64_t> line_of(std::string_view text, std::string_view name) noexcept {
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        if (take_word(line) == name) return number(take_word(line));
    }
    return std::nullopt;
}

/// The number under `column` of the two lines that begin with `table`.
std::optional<std::uint64_t> column_of(std::string_view text, std::string_view table,
                                       std::string_view column) noexcept {
    while (!text.empty()) {
        std::string_view names = take_until(text, '\n');
        if (take_word(names) != table) continue;
        std::string_view values = take_until(text, '\n');
        if (take_word(values) != table) return std::nullopt;
        while (!names.empty()) {
            const std::string_view value = take_word(values);
            if (take_word(names) == column) return number(value);
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) noexcept {
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(name_end + 1);
    // proc(5) counts the fields from 1; the name is the second.
    constexpr std::size_t first = 3;
    constexpr std::size_t last = 24;
    std::array<std::string_view, last + 1> fields;
    for (std::size_t i = first; i <= last; ++i)
        fields[i] = take_word(text);
    const auto user = number(fields[14]);
    const auto system = number(fields[15]);
    const auto threads = number(fields[20]);
    const auto start = number(fields[22]);
    const auto bytes = number(fields[23]);
    const auto pages = number(fields[24]);
    if (!user || !system || !threads || !start || !bytes || !pages) return std::nullopt;
    return ProcessStat{*user, *system, *threads, *start, *bytes, *pages};
}

std::optional<std::uint64_t> parse_boot_time(std::string_view text) noexcept {
    return line_of(text, "btime");
}

std::optional<std::uint64_t> parse_limit(std::string_view text, std::string_view name) noexcept {
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        if (!line.starts_with(name) || !line.substr(name.size()).starts_with(' ')) continue;
        line.remove_prefix(name.size());
        const std::string_view soft = take_word(line);
        if (soft == "unlimited") return std::numeric_limits<std::uint64_t>::max();
        return number(soft);
    }
    return std::nullopt;
}

std::optional<NetworkBytes> parse_network(std::string_view netstat,
                                          std::string_view snmp6) noexcept {
    const auto received = column_of(netstat, "IpExt:", "InOctets");
    const auto transmitted = column_of(netstat, "IpExt:", "OutOctets");
    if (!received || !transmitted) return std::nullopt;
    return NetworkBytes{*received + line_of(snmp6, "Ip6InOctets").value_or(0),
                        *transmitted + line_of(snmp6, "Ip6OutOctets").value_or(0)};
}

}  // namespace ctx::detail
