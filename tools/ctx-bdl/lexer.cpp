#include "lexer.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace ctx::bdlc {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_foreign(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// The words of a comment, without what makes it one. `//` and `///`, `/*` and `/**`.
std::string comment_text(std::string_view comment) {
    if (comment.starts_with("//")) {
        comment.remove_prefix(comment.starts_with("///") ? 3 : 2);
        return std::string(trim(comment)) + '\n';
    }
    comment = comment.substr(2, comment.size() - 4);
    std::string result;
    while (true) {
        const std::size_t end = comment.find('\n');
        std::string_view line = trim(comment.substr(0, end));
        if (line.starts_with('*')) {
            line = trim(line.substr(line.find_first_not_of('*') == std::string_view::npos
                                        ? line.size()
                                        : line.find_first_not_of('*')));
        }
        if (!line.empty() || !result.empty()) {
            result += std::string(line) + '\n';
        }
        if (end == std::string_view::npos) {
            return result;
        }
        comment.remove_prefix(end + 1);
    }
}

class Lexer {
public:
    Lexer(const SourceText& source, Diagnostics& diagnostics)
        : text_(source.text()), diagnostics_(diagnostics) {}

    Tokens run() {
        refuse_byte_order_mark();
        while (skip_blanks()) {
            read_token();
        }
        push(Token::Kind::end, text_.size(), 0);
        return std::move(tokens_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    static Span span(std::size_t begin, std::size_t size) {
        return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size)};
    }

    void refuse_byte_order_mark() {
        if (text_.starts_with("\xEF\xBB\xBF")) {
            diagnostics_.error(span(0, 3),
                               "the file begins with a byte order mark; "
                               "save it as UTF-8 without one");
            at_ = 3;
        }
    }

    // Blanks and comments. False at the end of the text.
    bool skip_blanks() {
        next_ = {};
        doc_.clear();
        line_is_empty_ = tokens_.list.empty();
        while (at_ < text_.size()) {
            const char c = peek();
            if (c == ' ' || c == '\t') {
                next_.blank_before = true;
                ++at_;
            } else if (c == '\n' || (c == '\r' && peek(1) == '\n')) {
                end_line(c == '\r' ? 2 : 1);
            } else if (c == '/' && (peek(1) == '/' || peek(1) == '*')) {
                read_comment();
            } else {
                return true;
            }
        }
        return false;
    }

    void end_line(std::size_t size) {
        if (line_is_empty_) {
            doc_.clear();  // an empty line parts a comment from what follows
        }
        line_is_empty_ = true;
        next_.newline_before = true;
        at_ += size;
    }

    void read_comment() {
        const bool block = peek(1) == '*';
        const std::size_t begin = at_;
        std::size_t end = block ? text_.find("*/", at_ + 2) : text_.find('\n', at_);
        if (end == std::string_view::npos) {
            if (block) {
                diagnostics_.error(span(begin, 2), "this comment is not closed: '*/' is missing");
            }
            at_ = text_.size();
            return;
        }
        end += block ? 2 : 0;
        at_ = end;
        next_.comment_before = true;
        if (line_is_empty_) {
            doc_ += comment_text(text_.substr(begin, end - begin));
            line_is_empty_ = false;
        } else if (block) {
            doc_.clear();
        }
    }

    void push(Token::Kind kind, std::size_t begin, std::size_t size) {
        Token token = next_;
        token.kind = kind;
        token.span = span(begin, size);
        if (!doc_.empty()) {
            token.doc = static_cast<std::uint32_t>(tokens_.docs.size());
            tokens_.docs.push_back(std::move(doc_));
            doc_.clear();
        }
        tokens_.list.push_back(token);
    }

    void read_token() {
        const std::size_t begin = at_;
        const char c = peek();
        if (is_letter(c)) {
            read_while(is_name_part);
            push(Token::Kind::name, begin, at_ - begin);
        } else if (is_digit(c)) {
            read_while(is_digit);
            push(Token::Kind::number, begin, at_ - begin);
        } else if (c == '"') {
            read_string();
        } else if (std::string_view("{}<>;=,.[]").find(c) != std::string_view::npos) {
            next_.symbol = c;
            ++at_;
            push(Token::Kind::symbol, begin, 1);
        } else {
            read_stranger();
        }
    }

    template <typename Predicate>
    void read_while(Predicate predicate) {
        while (at_ < text_.size() && predicate(text_[at_])) {
            ++at_;
        }
    }

    void read_string() {
        const std::size_t begin = at_;
        const std::size_t end = text_.find_first_of("\"\n", begin + 1);
        const bool closed = end != std::string_view::npos && text_[end] == '"';
        if (!closed) {
            diagnostics_.error(span(begin, 1),
                               "this text is not closed: '\"' is missing on its line");
        }
        at_ = closed ? end + 1 : std::min(end, text_.size());
        push(Token::Kind::string, begin, at_ - begin);
    }

    // A run of bytes that begin no token is one error.
    void read_stranger() {
        const std::size_t begin = at_;
        if (peek() == '_' || is_foreign(peek())) {
            read_while([](char c) { return is_foreign(c) || is_name_part(c); });
            diagnostics_.error(span(begin, at_ - begin),
                               "a name has a letter first, then letters, digits and '_', of ASCII");
            push(Token::Kind::name, begin, at_ - begin);  // so that nothing else is wrong with it
            return;
        }
        read_while([](char c) {
            return !is_name_part(c) && !is_foreign(c) &&
                   std::string_view(" \t\r\n/\"{}<>;=,.[]").find(c) == std::string_view::npos;
        });
        if (at_ == begin) {  // a '/' or '\r' alone
            ++at_;
        }
        const std::string_view found = text_.substr(begin, at_ - begin);
        diagnostics_.error(span(begin, at_ - begin), found == "\r"
                                                         ? "a carriage return that ends no line"
                                                         : "unexpected " + in_quotes(found));
    }

    std::string_view text_;
    Diagnostics& diagnostics_;
    Tokens tokens_;
    std::size_t at_ = 0;
    Token next_;
    std::string doc_;
    bool line_is_empty_ = true;
};

}  // namespace

Tokens tokenize(const SourceText& source, Diagnostics& diagnostics) {
    return Lexer(source, diagnostics).run();
}

}  // namespace ctx::bdlc
