#include "diagnostics.hpp"

#include <algorithm>
#include <utility>

namespace ctx::bdlc {
namespace {

// Long lines are shown around the place.
constexpr std::size_t columns_before = 80;
constexpr std::size_t columns_after = 60;

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

bool is_control(char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
}

std::string printable(std::string_view text) {
    std::string result(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return is_control(c) && c != '\t'; }, '?');
    return result;
}

// The line and the caret below it. Tabs are repeated, so that the caret stands right.
std::string excerpt(std::string_view line, std::size_t offset, std::size_t size) {
    const std::size_t begin = offset > columns_before ? offset - columns_before : 0;
    const std::size_t shown = std::min(line.size(), offset + columns_after) - begin;
    std::string result = "    " + printable(line.substr(begin, shown)) + "\n    ";
    for (const char byte : line.substr(begin, offset - begin)) {
        if (!is_continuation(byte)) {
            result += byte == '\t' ? '\t' : ' ';
        }
    }
    result += '^';
    const std::string_view marked = line.substr(offset, std::min(size, columns_after));
    for (const char byte : marked.substr(std::min<std::size_t>(1, marked.size()))) {
        if (!is_continuation(byte)) {
            result += '~';
        }
    }
    return result + '\n';
}

// Longer words are not compared.
constexpr std::size_t longest_word = 40;

// How many letters were changed, left out, added, or swapped with their neighbour.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::size_t rows[longest_word + 1][longest_word + 1];
    for (std::size_t i = 0; i <= from.size(); ++i) {
        for (std::size_t j = 0; j <= to.size(); ++j) {
            std::size_t& cell = rows[i][j];
            cell = i + j;
            if (i == 0 || j == 0) {
                continue;
            }
            const std::size_t changed = from[i - 1] == to[j - 1] ? 0 : 1;
            cell = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + changed});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
                cell = std::min(cell, rows[i - 2][j - 2] + 1);
            }
        }
    }
    return rows[from.size()][to.size()];
}

}  // namespace

void Diagnostics::error(Span where, std::string message) {
    // What follows from an error at the same place would only be noise.
    if (places_.insert(where.begin).second) {
        entries_.push_back({where, std::move(message)});
    }
}

std::string Diagnostics::render(const SourceText& source) const {
    std::vector<Entry> sorted = entries_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Entry& a, const Entry& b) { return a.where.begin < b.where.begin; });
    std::string result;
    for (std::size_t i = 0; i < std::min(sorted.size(), max_shown); ++i) {
        const Position position = source.position(sorted[i].where.begin);
        result += source.name() + ':' + std::to_string(position.line) + ':' +
                  std::to_string(position.column) + ": " + sorted[i].message + '\n';
        const std::string_view line = source.line(position.line);
        result += excerpt(line, std::min(position.column - 1, line.size()), sorted[i].where.size);
    }
    if (sorted.size() > max_shown) {
        result += source.name() + ": " + std::to_string(sorted.size() - max_shown) +
                  " more errors are not shown\n";
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string shown = printable(text.substr(0, longest));
    if (text.size() > longest) {
        while (!shown.empty() && is_continuation(shown.back())) {
            shown.pop_back();
        }
        shown += "...";
    }
    return "'" + shown + "'";
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view nearest;
    std::size_t best = 3;  // two changes are the most that a slip of the hand makes
    for (const std::string_view candidate : candidates) {
        const std::size_t shorter = std::min(word.size(), candidate.size());
        const std::size_t longer = std::max(word.size(), candidate.size());
        if (longer > longest_word || longer - shorter >= best) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best && distance * 2 <= shorter) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest.empty() ? "" : "; did you mean " + in_quotes(nearest) + "?";
}

std::string listed(std::span<const std::string_view> words, std::string_view last) {
    std::string result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) {
            result += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
        }
        result += words[i];
    }
    return result;
}

}  // namespace ctx::bdlc
