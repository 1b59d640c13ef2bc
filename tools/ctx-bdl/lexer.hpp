// Splits a .bb file into tokens.

#pragma once

#include "diagnostics.hpp"
#include "source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ctx::bdlc {

struct Token {
    enum class Kind : std::uint8_t { name, number, string, symbol, end };

    Kind kind = Kind::end;
    bool blank_before = false;    // spaces or tabs
    bool newline_before = false;  // outside of comments
    bool comment_before = false;
    char symbol = 0;
    Span span;                   // of a string: with its quotes
    std::uint32_t doc = no_doc;  // index into Tokens::docs

    static constexpr std::uint32_t no_doc = UINT32_MAX;
};

struct Tokens {
    std::vector<Token> list;  // ends with one of kind `end`
    /// Comments that stand directly above a token, on lines of their own.
    std::vector<std::string> docs;
};

/// Total: what is no token is reported and left out.
[[nodiscard]] Tokens tokenize(const SourceText& source, Diagnostics& diagnostics);

}  // namespace ctx::bdlc
