// Lays lines of C++ out in 100 columns, as clang-format with this library's style would.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctx::bdlc {

/// A function, in pieces.
struct Function {
    std::string template_line;  // "template <typename Edit>", or empty
    std::string before;         // "[[nodiscard]] static "
    std::string returns = "void";
    std::string name;  // outside of its class: "Class::name"
    std::vector<std::string> parameters;
    std::string after;  // " const"
};

/// "lead callee(arguments)".
struct Call {
    std::string lead;  // "return "
    std::string callee;
    std::vector<std::string> arguments;
};

class Layout {
public:
    static constexpr std::size_t columns = 100;

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// False when clang-format would have broken a line in a way that is not imitated here.
    [[nodiscard]] bool is_plain() const noexcept { return plain_; }

    void line(std::string_view text = {});
    /// What may go on in the next line, four or eight columns further right, if it must.
    void line(std::string_view first, std::size_t margin, std::string_view rest);
    /// `//` or `///` in front of every line; what is too long is wrapped at blanks, unless it
    /// begins with four of them: that is code.
    void comment(std::string_view marker, std::string_view text);

    void declare(const Function& function);
    /// Inside a class, what fits stands on one line.
    void define(const Function& function, const Call& body, bool in_class);

    void indent() { indent_ += 4; }
    void unindent() { indent_ -= 4; }

private:
    [[nodiscard]] std::vector<std::string> signature(const Function& function,
                                                     std::string_view end);
    [[nodiscard]] bool fits(std::string_view line) const;
    [[nodiscard]] bool fit(const std::vector<std::string>& lines) const;
    /// `head(items)tail`: the items one behind the other, broken below the first; or, if they do
    /// not fit so, `margin` columns right of the head.
    [[nodiscard]] std::vector<std::string> packed(const std::string& head,
                                                  const std::vector<std::string>& items,
                                                  const std::string& tail,
                                                  std::size_t margin) const;
    void lines(const std::vector<std::string>& lines);

    std::string text_;
    std::size_t indent_ = 0;
    bool plain_ = true;
};

}  // namespace ctx::bdlc
