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
        plain_ = plain_ && fits(text);
    }
    text_ += '\n';
}

void Layout::line(std::string_view first, std::size_t margin, std::string_view rest) {
    const std::string whole = std::string(first) + ' ' + std::string(rest);
    if (fits(whole)) {
        return line(whole);
    }
    line(first);
    line(std::string(margin, ' ') + std::string(rest));
}

void Layout::comment(std::string_view marker, std::string_view text) {
    const std::size_t room = columns - indent_ - marker.size() - 1;
    while (!text.empty()) {
        std::string_view rest = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(rest.size() + 1, text.size()));
        do {
            const bool code = rest.starts_with("    ");
            const std::size_t end = code ? rest.size() : break_of(rest, room);
            std::string_view part = rest.substr(0, end);
            part = part.substr(0, part.find_last_not_of(' ') + 1);
            const bool goes_on = part.ends_with('\\') || part.ends_with("?\?/");
            line(std::string(marker) + (part.empty() ? "" : " ") + std::string(part) +
                 (goes_on ? "." : ""));  // a comment must end with its line
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
    // clang-format puts no template on one line.
    if (in_class && function.template_line.empty() && head.size() == 1 && fits(whole)) {
        return line(whole);
    }
    lines(head);
    indent();
    const auto statement = packed(body.lead + body.callee, body.arguments, ";", 4);
    plain_ = plain_ && (statement.size() == 1 || body.arguments.size() > 1);
    lines(statement);
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

bool Layout::fit(const std::vector<std::string>& lines) const {
    return std::all_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return fits(line); });
}

std::vector<std::string> Layout::packed(const std::string& head,
                                        const std::vector<std::string>& items,
                                        const std::string& tail, std::size_t margin) const {
    const auto pack = [&](std::size_t indentation, bool first_beside_head) {
        std::vector<std::string> result{head + '('};
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::string item = items[i] + (i + 1 == items.size() ? ")" + tail : ",");
            if (i == 0 && first_beside_head) {
                result.back() += item;
            } else if (i != 0 && fits(result.back() + ' ' + item)) {
                result.back() += ' ' + item;
            } else {
                result.push_back(std::string(indentation, ' ') + item);
            }
        }
        return result;
    };
    if (items.empty()) {
        return {head + "()" + tail};
    }
    auto below = pack(head.size() + 1, true);
    if (fit(below)) {
        return below;
    }
    return pack(margin, false);
}

std::vector<std::string> Layout::signature(const Function& function, std::string_view end) {
    const std::string tail = function.after + std::string(end);
    const std::string result = function.before + function.returns;
    auto whole = packed(result + ' ' + function.name, function.parameters, tail, 8);
    if (fit(whole) || !function.parameters.empty()) {
        return whole;
    }
    const std::string head = result + ' ' + function.name + "()";
    if (fits(head)) {
        return {head, std::string(4, ' ') + tail.substr(1)};
    }
    return {result, function.name + "()" + tail};
}

}  // namespace ctx::bdlc
