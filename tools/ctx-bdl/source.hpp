// The text of one .bb file, and where in it something stands.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::bdlc {

/// Bytes of a text: where they begin and how many they are.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;

    [[nodiscard]] std::uint32_t end() const noexcept { return begin + size; }
};

/// Both count from 1; a column is a byte.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
};

class SourceText {
public:
    /// Larger files are refused before they are read.
    static constexpr std::size_t max_bytes = std::size_t{1} << 20U;

    /// `name` is how messages call the file.
    SourceText(std::string name, std::string text);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] std::string_view text(Span span) const {
        return text().substr(span.begin, span.size);
    }
    [[nodiscard]] Position position(std::size_t offset) const;
    /// A line (from 1) without its end.
    [[nodiscard]] std::string_view line(std::size_t number) const;

private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_begins_;
};

}  // namespace ctx::bdlc
