// What is wrong with a file, for the person who wrote it.
//
//     tenant.bb:3:5: unknown type 'strng'; did you mean 'string'?
//         strng name = 1;
//         ^~~~~

#pragma once

#include "source.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace ctx::bdlc {

/// The errors of one file, in the order of their places.
class Diagnostics {
public:
    /// After so many errors only their number is told.
    static constexpr std::size_t max_shown = 20;

    /// Of several errors at one place the first is kept.
    void error(Span where, std::string message);

    [[nodiscard]] std::size_t errors() const noexcept { return entries_.size(); }
    /// Every message with its line and a caret, ending in a line break.
    [[nodiscard]] std::string render(const SourceText& source) const;

private:
    struct Entry {
        Span where;
        std::string message;
    };

    std::vector<Entry> entries_;
    std::unordered_set<std::uint32_t> places_;
};

/// "'text'", shortened and without control characters: fit for a message.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "; did you mean 'x'?" for the nearest candidate, or nothing when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// "a, b and c".
[[nodiscard]] std::string listed(std::span<const std::string_view> words, std::string_view last);

}  // namespace ctx::bdlc
