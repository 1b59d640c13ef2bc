#include <ctx/logging/json_check.hpp>
#include <ctx/logging/json_text.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace ctx::log {
namespace {

constexpr int max_depth = 32;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// DEL, C1, U+2028 and U+2029, which JSON allows and the readers of lines do not expect.
bool has_control(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i);
        if (rest.front() == 0x7f || rest.starts_with("\xE2\x80\xA8") ||
            rest.starts_with("\xE2\x80\xA9") ||
            (rest.size() > 1 && rest[0] == '\xC2' && static_cast<unsigned char>(rest[1]) < 0xA0)) {
            return true;
        }
    }
    return false;
}

/// Reads one value after the other; false: there was none.
class Reader {
public:
    explicit Reader(std::string_view text) noexcept : rest_(text) {}

    bool value(int depth) noexcept {
        if (depth == max_depth || rest_.empty()) return false;
        switch (rest_.front()) {
            case '{':
                return list('}', depth, true);
            case '[':
                return list(']', depth, false);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }
    void spaces() noexcept {
        while (!rest_.empty() && rest_.front() == ' ')
            rest_.remove_prefix(1);
    }
    [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }

private:
    bool take(char c) noexcept {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool word(std::string_view expected) noexcept {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    bool list(char end, int depth, bool has_names) noexcept {
        rest_.remove_prefix(1);
        spaces();
        if (take(end)) return true;
        for (;;) {
            spaces();
            if (has_names && !(string() && (spaces(), take(':')) && (spaces(), true))) return false;
            if (!value(depth + 1)) return false;
            spaces();
            if (take(end)) return true;
            if (!take(',')) return false;
        }
    }
    bool string() noexcept {
        if (!take('"')) return false;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c == '\\' && !escape()) return false;
        }
        return false;
    }
    bool escape() noexcept {
        if (rest_.empty()) return false;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c != 'u') return std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
        unsigned code = 0;
        if (!code_unit(code)) return false;
        if (code < 0xD800 || code > 0xDFFF) return true;
        // The first half of a pair, and then the second.
        return code < 0xDC00 && word("\\u") && code_unit(code) && code >= 0xDC00 && code <= 0xDFFF;
    }
    bool code_unit(unsigned& code) noexcept {
        if (rest_.size() < 4 || !std::all_of(rest_.begin(), rest_.begin() + 4, is_hex_digit)) {
            return false;
        }
        std::from_chars(rest_.data(), rest_.data() + 4, code, 16);
        rest_.remove_prefix(4);
        return true;
    }
    bool digits() noexcept {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
        const auto count = static_cast<std::size_t>(end - rest_.begin());
        rest_.remove_prefix(count);
        return count != 0;
    }
    bool number() noexcept {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            return digits();
        }
        return true;
    }

    std::string_view rest_;
};

}  // namespace

bool is_json_line_value(std::string_view text) noexcept {
    if (measure_json_text(text).repaired || has_control(text)) return false;
    Reader reader{text};
    reader.spaces();
    if (!reader.value(0)) return false;
    reader.spaces();
    return reader.is_at_end();
}

}  // namespace ctx::log
