// A second reader of .bb files, as plain as can be: it follows the grammar rule by rule on
// characters, with backtracking and recursion, and tells only whether a text is good.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

struct BdlType {
    std::string word;  // a primitive, or set, map, ...; empty: a bag or a struct
    std::string package;
    std::string name;
    std::vector<BdlType> of;
};

struct BdlAttribute {
    std::string name;
    char kind = 'w';  // word, number, string
    std::string value;
};

struct BdlField {
    BdlType type;
    std::string name;
    std::string index;
    std::vector<BdlAttribute> attributes;
};

struct BdlObject {
    bool is_bag = true;
    std::string name;
    std::vector<BdlField> fields;
    std::vector<BdlAttribute> attributes;
};

struct BdlFile {
    std::string package;
    bool imports = false;
    std::vector<BdlObject> objects;
};

/// The grammar.
class BdlReference {
public:
    static std::optional<BdlFile> read(std::string_view text) {
        BdlReference reader;
        BdlFile file;
        if (!reader.strip(text) || !reader.file(file)) {
            return std::nullopt;
        }
        return file;
    }

private:
    static constexpr char16_t comment = 0x100;  // one character for a whole comment

    static bool is_letter(char16_t c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
    }
    static bool is_digit(char16_t c) { return c >= u'0' && c <= u'9'; }

    // Comments become one character each, outside of strings; CRLF becomes a line feed.
    bool strip(std::string_view text) {
        bool in_string = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text.substr(i, 2) == "\r\n") {
                continue;
            }
            if (in_string && text[i] == '\n') {
                return false;
            }
            in_string ^= text[i] == '"';
            if (!in_string && text.substr(i, 2) == "//") {
                i = std::min(text.find('\n', i), text.size()) - 1;
                text_ += comment;
            } else if (!in_string && text.substr(i, 2) == "/*") {
                const std::size_t end = text.find("*/", i + 2);
                if (end == std::string_view::npos) {
                    return false;
                }
                i = end + 1;
                text_ += comment;
            } else {
                text_ += static_cast<unsigned char>(text[i]);
            }
        }
        return !in_string;
    }

    [[nodiscard]] char16_t peek() const { return at_ < text_.size() ? text_[at_] : u'\xFFFF'; }

    bool skip(std::u16string_view characters) {
        const std::size_t begin = at_;
        while (at_ < text_.size() && characters.find(text_[at_]) != std::u16string_view::npos) {
            ++at_;
        }
        return at_ != begin;
    }
    bool ows() { return skip(u" \t\u0100"), true; }
    bool ws() { return skip(u" \t\u0100"); }
    bool blank() { return skip(u" \t\n\u0100"), true; }
    bool nothing() { return skip(u"\u0100"), true; }
    bool newline() { return ows() && symbol(u'\n') && blank(); }

    bool symbol(char16_t wanted) {
        if (peek() != wanted) {
            return false;
        }
        ++at_;
        return true;
    }
    bool name(std::string& out) {
        out.clear();
        while (is_letter(peek()) || (!out.empty() && (is_digit(peek()) || peek() == u'_'))) {
            out += static_cast<char>(text_[at_++]);
        }
        return !out.empty();
    }
    bool word(std::string_view wanted) {
        std::string found;
        return name(found) && found == wanted;
    }
    bool digits(std::string& out) {
        out.clear();
        while (is_digit(peek())) {
            out += static_cast<char>(text_[at_++]);
        }
        return !out.empty();
    }
    bool string(std::string& out) {
        if (!symbol(u'"')) {
            return false;
        }
        out.clear();
        while (peek() != u'"') {
            out += static_cast<char>(text_[at_++]);
        }
        return symbol(u'"');
    }

    // Tries a rule; where it does not fit, nothing was read.
    bool attempt(const std::function<bool()>& rule) {
        const std::size_t begin = at_;
        if (rule()) {
            return true;
        }
        at_ = begin;
        return false;
    }

    bool file(BdlFile& out) {
        blank();
        const bool package = attempt([&] { return package_line(out.package) && newline(); });
        if (!package) {
            out.package.clear();
        }
        std::string path;
        while (attempt([&] {
            return word("import") && ws() && string(path) && ows() && symbol(u';') && newline();
        })) {
            out.imports = true;
        }
        do {
            out.objects.emplace_back();
            if (!object(out.objects.back())) {
                return false;
            }
        } while (attempt([&] { return newline() && at_ < text_.size(); }));
        return blank() && at_ == text_.size();
    }
    bool package_line(std::string& out) {
        std::string part;
        if (!word("package") || !ws() || !name(out)) {
            return false;
        }
        while (attempt([&] { return nothing() && symbol(u'.') && nothing() && name(part); })) {
            out += "." + part;
        }
        return ows() && symbol(u';');
    }
    bool object(BdlObject& out) {
        out.is_bag = attempt([&] { return word("bag"); });
        if ((!out.is_bag && !word("struct")) || !ws() || !name(out.name)) {
            return false;
        }
        if (out.is_bag) {
            attempt([&] { return blank() && attributes(out.attributes); });
        }
        if (!blank() || !symbol(u'{')) {
            return false;
        }
        BdlField field;
        while (attempt([&] {
            return blank() && (out.is_bag ? bag_field(field = {}) : struct_field(field = {}));
        })) {
            out.fields.push_back(field);
        }
        return blank() && symbol(u'}');
    }
    bool bag_field(BdlField& out) {
        if (!type(out.type, 0) || !ws() || !name(out.name) || !ows() || !symbol(u'=') || !ows() ||
            !digits(out.index)) {
            return false;
        }
        if (!attempt([&] { return blank() && attributes(out.attributes); })) {
            out.attributes.clear();
        }
        return ows() && symbol(u';');
    }
    bool struct_field(BdlField& out) {
        return type(out.type, 0) && ws() && name(out.name) && ows() && symbol(u';');
    }

    bool attributes(std::vector<BdlAttribute>& out) {
        out.clear();
        if (!symbol(u'[')) {
            return false;
        }
        do {
            out.emplace_back();
            if (!blank() || !attribute(out.back()) || !blank()) {
                return false;
            }
        } while (symbol(u','));
        return symbol(u']');
    }
    bool attribute(BdlAttribute& out) {
        if (!name(out.name) || !blank() || !symbol(u'=') || !blank()) {
            return false;
        }
        out.kind = is_digit(peek()) ? 'n' : peek() == u'"' ? 's' : 'w';
        return out.kind == 'n'   ? digits(out.value)
               : out.kind == 's' ? string(out.value)
                                 : name(out.value);
    }

    bool type(BdlType& out, unsigned depth) {
        return attempt([&] { return qualified(out); }) ||
               attempt([&] { return depth < 15 && with_angle(out, depth + 1); }) || plain(out);
    }
    bool qualified(BdlType& out) {
        out = {};
        std::string part;
        if (!name(out.name)) {
            return false;
        }
        bool any = false;
        while (attempt([&] { return nothing() && symbol(u'.') && nothing() && name(part); })) {
            out.package += (any ? "." : "") + out.name;
            out.name = part;
            any = true;
        }
        return any;
    }
    bool with_angle(BdlType& out, unsigned depth) {
        out = {};
        std::string hops;
        if (!name(out.word) || !nothing() || !symbol(u'<')) {
            return false;
        }
        if (out.word == "counter" || out.word == "Counter") {
            out.word = "counter";
            return nothing() && symbol(u'>');
        }
        if (out.word == "callpath") {
            return ows() && digits(hops) && number(hops).value_or(0) >= 1 &&
                   number(hops).value_or(0) <= 255 && ows() && symbol(u'>');
        }
        if (out.word == "map" || out.word == "Map") {
            out.word = "map";
            std::string key;
            if (!ows() || !name(key) || !is_primitive(key) || !ows() || !symbol(u',')) {
                return false;
            }
        } else if (out.word == "Set") {
            out.word = "set";
        }
        if (out.word != "map" && out.word != "set" && out.word != "min" && out.word != "max" &&
            out.word != "last") {
            return false;
        }
        out.of.emplace_back();
        return ows() && type(out.of.front(), depth) && ows() && symbol(u'>');
    }
    bool plain(BdlType& out) {
        out = {};
        std::string found;
        if (!name(found)) {
            return false;
        }
        if (is_primitive(found)) {
            out.word = found;
        } else if (found == "counter" || found == "Counter") {
            out.word = "counter";
        } else {
            out.name = found;
        }
        return true;
    }

public:
    static bool is_primitive(const std::string& name) {
        static const std::set<std::string> primitives = {
            "taint",   "bool",     "int32",    "int64", "sint32", "sint64", "fixed32",
            "fixed64", "sfixed32", "sfixed64", "float", "double", "string", "bytes"};
        return primitives.contains(name);
    }
    /// Nothing above 2^32 - 1.
    static std::optional<std::uint64_t> number(const std::string& digits) {
        std::uint64_t value = 0;
        for (const char digit : digits) {
            value = value * 10 + static_cast<std::uint64_t>(digit - '0');
            if (value > 0xffffffffU) {
                return std::nullopt;
            }
        }
        return value;
    }

private:
    std::u16string text_;
    std::size_t at_ = 0;
};

}  // namespace ctx::test
