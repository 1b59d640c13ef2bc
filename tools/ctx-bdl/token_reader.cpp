#include "token_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ctx::bdlc {

const Token& TokenReader::peek(std::size_t ahead) const {
    return tokens_.list[std::min(next_ + ahead, tokens_.list.size() - 1)];
}

const Token& TokenReader::previous() const {
    return tokens_.list[next_ == 0 ? 0 : next_ - 1];
}

std::string TokenReader::doc(const Token& token) const {
    return token.doc == Token::no_doc ? std::string() : tokens_.docs[token.doc];
}

bool TokenReader::at(char symbol, std::size_t ahead) const {
    return peek(ahead).kind == Token::Kind::symbol && peek(ahead).symbol == symbol;
}

bool TokenReader::at_name(std::string_view name) const {
    return peek().kind == Token::Kind::name && text(peek()) == name;
}

bool TokenReader::adjacent(std::size_t ahead) const {
    return !peek(ahead).blank_before && !peek(ahead).newline_before;
}

const Token& TokenReader::take() {
    const Token& token = peek();
    next_ = std::min(next_ + 1, tokens_.list.size() - 1);
    return token;
}

bool TokenReader::take_if(char symbol) {
    if (!at(symbol)) {
        return false;
    }
    take();
    return true;
}

bool TokenReader::expect(char symbol, std::string_view where) {
    const std::string what = std::string("'") + symbol + "' " + std::string(where);
    if (!at(symbol)) {
        // Behind what was read: that is where it is missing.
        error({previous().span.end(), 1}, "expected " + what + ", found " + found());
        return false;
    }
    if (peek().newline_before) {
        error(peek().span, what + " must stand on the same line");
    }
    take();
    return true;
}

const Token* TokenReader::expect_word(std::string_view what) {
    if (peek().kind != Token::Kind::name) {
        expected(what);
        return nullptr;
    }
    if (peek().newline_before) {
        error(peek().span, std::string(what) + " must stand on the same line");
    } else if (adjacent() && !peek().comment_before) {
        error(peek().span, "a blank is missing before " + std::string(what));
    }
    return &take();
}

std::optional<std::uint32_t> TokenReader::to_number(const Token& token, std::string_view what) {
    const std::string_view digits = text(token);
    std::uint32_t number = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (result.ec != std::errc()) {
        error(token.span, std::string(what) + " is larger than 4294967295");
        return std::nullopt;
    }
    return number;
}

std::optional<std::uint32_t> TokenReader::expect_number(std::string_view what) {
    if (peek().kind != Token::Kind::number) {
        expected(what);
        return std::nullopt;
    }
    if (peek().newline_before) {
        error(peek().span, std::string(what) + " must stand on the same line");
    }
    return to_number(take(), what);
}

void TokenReader::expected(std::string_view what) {
    error(peek().span, "expected " + std::string(what) + ", found " + found());
}

std::string TokenReader::found() const {
    return at_end() ? "the end of the file" : in_quotes(text(peek()));
}

void TokenReader::skip_field() {
    std::size_t depth = 0;
    while (!at_end()) {
        if (depth == 0 && at('}')) {
            return;
        }
        const Token& token = take();
        if (token.kind != Token::Kind::symbol) {
            continue;
        }
        depth += token.symbol == '{' ? 1 : 0;
        depth -= token.symbol == '}' ? 1 : 0;
        if (depth == 0 && (token.symbol == ';' || token.symbol == '}')) {
            return;
        }
    }
}

void TokenReader::skip_object() {
    while (!at_end() && !(peek().newline_before && (at_name("bag") || at_name("struct")))) {
        take();
    }
}

}  // namespace ctx::bdlc
