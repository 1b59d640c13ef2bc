#include "governance.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::bdlc {
namespace {

std::string literal(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\' || c == '"' || c == '?') {  // two '?' could begin a trigraph
            result += c == '?' && !result.ends_with('?') ? "" : "\\";
            result += c;
        } else if (byte < 0x20 || byte >= 0x7F) {
            result += '\\';
            result += static_cast<char>('0' + (byte >> 6U));
            result += static_cast<char>('0' + (byte >> 3U & 7U));
            result += static_cast<char>('0' + (byte & 7U));
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::vector<std::string> setters(const Governance& governance) {
    std::vector<std::string> result;
    const auto add = [&](std::string_view name, const std::string& value) {
        result.push_back('.' + std::string(name) + '(' + value + ')');
    };
    if (!governance.send.empty()) {
        add("send", "ctx::Send::" + governance.send);
    }
    if (!governance.log.empty()) {
        add("log", "ctx::LogPolicy::" + governance.log);
    }
    if (!governance.log_as.empty()) {
        add("log_as", literal(governance.log_as));
    }
    if (!governance.label.empty()) {
        add("label", literal(governance.label));
    }
    if (governance.max.has_value()) {
        add("max_bytes", std::to_string(*governance.max));
    }
    if (governance.default_value.has_value()) {
        add("default_value", literal(*governance.default_value));
    }
    if (governance.span) {
        add("span", "");
    }
    return result;
}

}  // namespace

void write_indexes(Layout& out, const Object& bag) {
    // An array must have an element; the base has a place for one field, which nothing touches.
    std::string line = "static constexpr std::array<std::uint32_t, " +
                       std::to_string(std::max<std::size_t>(bag.fields.size(), 1)) +
                       "> field_indexes = {";
    std::string margin(line.size(), ' ');
    bool first = true;
    for (const Field& field : bag.fields) {
        const std::string index = std::to_string(field.index);
        // Room for the indentation, and for "};" behind the last.
        if (!first && line.size() + index.size() + 2 + 6 > Layout::columns) {
            out.line(line + ',');
            line = margin + index;
        } else {
            line += (first ? "" : ", ") + index;
        }
        first = false;
    }
    out.line(line + "};");
}

void write_governed_fields(Layout& out, const Object& bag, const CppTypes& types) {
    if (std::none_of(bag.fields.begin(), bag.fields.end(),
                     [](const Field& field) { return field.governance.any; })) {
        return;
    }
    const bool numbered = bag.number.has_value();
    out.line();
    out.comment("///", "What may be done with the fields: for ctx::FieldSet::create().");
    out.line("[[nodiscard]] static std::vector<ctx::Field> fields(" +
             std::string(numbered ? "" : "ctx::bdl::BagNumber number") + ") {");
    out.indent();
    out.line("return {");
    out.indent();
    for (const Field& field : bag.fields) {
        if (!field.governance.any) {
            continue;
        }
        out.line("ctx::bdl::field<" + types.wire(field.type) + ">(number, " +
                 std::to_string(field.index) + ", " + literal(bag.name + '.' + field.name) + ")");
        out.indent();
        const auto chain = setters(field.governance);
        for (std::size_t i = 0; i < chain.size(); ++i) {
            out.line(chain[i] + (i + 1 == chain.size() ? "," : ""));
        }
        out.unindent();
    }
    out.unindent();
    out.line("};");
    out.unindent();
    out.line("}");
}

}  // namespace ctx::bdlc
