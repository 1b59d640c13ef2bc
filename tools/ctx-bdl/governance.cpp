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
    const std::string head = "static constexpr std::uint32_t field_indexes[] = {";
    std::string list;
    std::size_t widest = 0;
    if (bag.fields.empty()) {
        return out.line(head + "0};");  // an array has an element; the base never looks at it
    }
    for (const Field& field : bag.fields) {
        const std::string index = std::to_string(field.index);
        list += (list.empty() ? "" : ", ") + index;
        widest = std::max(widest, index.size());
    }
    if (head.size() + list.size() + 6 <= Layout::columns) {  // and "};", indented
        return out.line(head + list + "};");
    }
    out.line(head);
    out.indent();
    for (const Field& field : bag.fields) {
        const std::string index = std::to_string(field.index) + ',';
        out.line(index + std::string(widest + 1 - index.size(), ' ') + "  // " + field.name);
    }
    out.unindent();
    out.line("};");
}

// "ctx::bdl::field<...>(number, 1, ...)" and its setters.
void write_governed_field(Layout& out, const std::string& field,
                          const std::vector<std::string>& chain) {
    const std::string head = "result.push_back(";
    constexpr std::size_t indentation = 8;
    std::string whole = field;
    for (const std::string& setter : chain) {
        whole += setter;
    }
    whole += ");";
    if (indentation + head.size() + whole.size() <= Layout::columns) {
        return out.line(head + whole);
    }
    const bool beside = indentation + head.size() + field.size() <= Layout::columns;
    const bool fits_below = indentation + 4 + whole.size() <= Layout::columns;
    if (fits_below && (!beside || chain.size() < 2)) {
        out.line(head);
        return out.line("    " + whole);
    }
    std::size_t margin = head.size() + 4;
    if (beside) {
        out.line(head + field);
    } else if (indentation + 4 + field.size() <= Layout::columns) {
        out.line(head);
        out.line("    " + field);
        margin = 8;
    } else {
        const std::size_t arguments = field.find('(') + 1;
        out.line(head + field.substr(0, arguments));
        out.line(std::string(margin, ' ') + field.substr(arguments) + (chain.empty() ? ");" : ""));
    }
    for (const std::string& setter : chain) {
        out.line(std::string(margin, ' ') + setter + (&setter == &chain.back() ? ");" : ""));
    }
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
    out.line("std::vector<ctx::Field> result;");
    for (const Field& field : bag.fields) {
        if (field.governance.any) {
            write_governed_field(out,
                                 "ctx::bdl::field<" + types.wire(field.type) + ">(" +
                                     (numbered ? "number, " : "number.value, ") +
                                     std::to_string(field.index) + ", " +
                                     literal(bag.name + '.' + field.name) + ')',
                                 setters(field.governance));
        }
    }
    out.line("return result;");
    out.unindent();
    out.line("}");
}

}  // namespace ctx::bdlc
