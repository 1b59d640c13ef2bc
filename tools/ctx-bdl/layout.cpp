#include "layout.hpp"

#include <algorithm>
#include <utility>

namespace ctx::bdlc {
namespace {

std::string joined(const std::vector<std::string>& items) {
    std::string result;
    for (const std::string& item : items) {
        result += (result.empty() ? "" : ", ") + item;
    }
    return result;
}

std::string one_line(const Call& call) {
    return call.lead + call.callee + '(' + joined(call.arguments) + ");";
}

std::size_t width(std::string_view text) {  // in characters: UTF-8
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

// Where to break a line that is longer than `room`: at a blank, or nowhere.
std::size_t break_of(std::string_view line, std::size_t room) {
    if (width(line) <= room) {
        return line.size();
    }
    std::size_t best = std::string_view::npos;
    for (std::size_t at = line.find(' ', 1); at != std::string_view::npos;
         at = line.find(' ', at + 1)) {
        if (best != std::string_view::npos && width(line.substr(0, at)) > room) {
            break;
        }
        best = at;
    }
    return std::min(best, line.size());
}

}  // namespace

void Layout::line(std::string_view text) {
    if (!text.empty()) {
        text_.append(indent_, ' ');
        text_ += text;
    }
    text_ += '\n';
}

void Layout::comment(std::string_view marker, std::string_view text) {
    const std::size_t room = columns - indent_ - marker.size() - 1;
    while (!text.empty()) {
        std::string_view rest = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(rest.size() + 1, text.size()));
        do {
            const std::size_t end = break_of(rest, room);
            const std::string_view part = rest.substr(0, end);
            line(std::string(marker) + (part.empty() ? "" : " ") + std::string(part));
            rest.remove_prefix(end);
            rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        } while (!rest.empty());
    }
}

void Layout::declare(const Function& function) {
    if (!function.template_line.empty()) {
        line(function.template_line);
    }
    lines(signature(function, ";"));
}

void Layout::define(const Function& function, const Call& body, bool in_class) {
    if (!function.template_line.empty()) {
        line(function.template_line);
    }
    const auto head = signature(function, " {");
    const std::string whole = head.front() + ' ' + one_line(body) + " }";
    if (in_class && head.size() == 1 && fits(whole)) {
        return line(whole);
    }
    lines(head);
    indent();
    lines(statement(body));
    unindent();
    line("}");
}

bool Layout::fits(std::string_view line) const {
    return indent_ + width(line) <= columns;
}

void Layout::lines(const std::vector<std::string>& lines) {
    for (const std::string& text : lines) {
        line(text);
    }
}

std::vector<std::string> Layout::packed(std::string_view head,
                                        const std::vector<std::string>& items,
                                        std::string_view tail) const {
    std::vector<std::string> result{std::string(head) + '('};
    const std::string margin(head.size() + 1, ' ');
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool last = i + 1 == items.size();
        const std::string item = items[i] + (last ? ")" + std::string(tail) : ",");
        const bool first = i == 0;
        if (!first && !fits(result.back() + ' ' + item)) {
            result.push_back(margin + item);
        } else {
            result.back() += (first ? "" : " ") + item;
        }
    }
    if (items.empty()) {
        result.back() += ")" + std::string(tail);
    }
    return result;
}

std::vector<std::string> Layout::signature(const Function& function, std::string_view end) const {
    const std::string tail = function.after + std::string(end);
    const std::string result = function.before + function.returns;
    auto lines = packed(result + ' ' + function.name, function.parameters, tail);
    const auto fit = [&](const std::string& line) { return fits(line); };
    if (std::all_of(lines.begin(), lines.end(), fit)) {
        return lines;
    }
    lines = packed(function.name, function.parameters, tail);
    lines.insert(lines.begin(), result);
    return lines;
}

std::vector<std::string> Layout::statement(const Call& call) const {
    return packed(call.lead + call.callee, call.arguments, ";");
}

}  // namespace ctx::bdlc
