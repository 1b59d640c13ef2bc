#include "source.hpp"

#include <algorithm>
#include <utility>

namespace ctx::bdlc {

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_begins_{0} {
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\n') {
            line_begins_.push_back(i + 1);
        }
    }
}

Position SourceText::position(std::size_t offset) const {
    const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
    const auto line = static_cast<std::size_t>(next - line_begins_.begin());
    return {line, offset - line_begins_[line - 1] + 1};
}

std::string_view SourceText::line(std::size_t number) const {
    const std::size_t begin = line_begins_[number - 1];
    std::string_view rest = text().substr(begin);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) {
        rest.remove_suffix(1);
    }
    return rest;
}

}  // namespace ctx::bdlc
