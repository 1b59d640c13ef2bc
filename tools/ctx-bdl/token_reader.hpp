// Walks over the tokens of a file and says what was expected where something else stands.

#pragma once

#include "lexer.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ctx::bdlc {

class TokenReader {
public:
    TokenReader(const SourceText& source, Diagnostics& diagnostics)
        : source_(source), diagnostics_(diagnostics), tokens_(tokenize(source, diagnostics)) {}

    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
    /// The last token that was taken.
    [[nodiscard]] const Token& previous() const;
    [[nodiscard]] std::string_view text(const Token& token) const {
        return source_.text(token.span);
    }
    [[nodiscard]] std::string doc(const Token& token) const;
    [[nodiscard]] bool at_end() const { return peek().kind == Token::Kind::end; }
    [[nodiscard]] bool at(char symbol, std::size_t ahead = 0) const;
    [[nodiscard]] bool at_name(std::string_view name) const;
    /// Nothing but comments stands between the token and the one before it.
    [[nodiscard]] bool adjacent(std::size_t ahead = 0) const;

    const Token& take();
    bool take_if(char symbol);

    /// Where the grammar allows blanks but no line break. False after an error.
    bool expect(char symbol, std::string_view where);
    /// A name on the same line, with a blank before it.
    const Token* expect_word(std::string_view what);
    /// A number up to 2^32-1 on the same line.
    std::optional<std::uint32_t> expect_number(std::string_view what);

    void error(Span where, std::string message) { diagnostics_.error(where, std::move(message)); }
    /// "expected `what`, found ..." at the next token.
    void expected(std::string_view what);
    /// What stands next, for messages.
    [[nodiscard]] std::string found() const;

    /// Skips a field: up to and with ';', or up to '}'. A block in braces is skipped whole.
    void skip_field();
    /// Skips to a line that begins with `bag` or `struct`.
    void skip_object();
    /// The digits of a token as a number; an error when it is larger than 2^32-1.
    std::optional<std::uint32_t> to_number(const Token& token, std::string_view what);

private:
    const SourceText& source_;
    Diagnostics& diagnostics_;
    Tokens tokens_;
    std::size_t next_ = 0;
};

}  // namespace ctx::bdlc
