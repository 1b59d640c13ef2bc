#include "exemplars.hpp"

#include <charconv>
#include <utility>

namespace rides {
namespace {

/// Reads `{a="b",…}` from the front of `text`; nothing when it is not there as a whole.
std::optional<Labels> take_labels(std::string_view& text) {
    Labels labels;
    if (!text.starts_with('{')) return std::nullopt;
    text.remove_prefix(1);
    while (!text.starts_with('}')) {
        const std::size_t equals = text.find("=\"");
        if (equals == std::string_view::npos) return std::nullopt;
        std::string& value = labels[std::string{text.substr(0, equals)}];
        text.remove_prefix(equals + 2);
        while (!text.empty() && text.front() != '"') {
            if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
            value += text.front();
            text.remove_prefix(1);
        }
        if (text.empty()) return std::nullopt;
        text.remove_prefix(1);
        if (text.starts_with(',')) text.remove_prefix(1);
    }
    text.remove_prefix(1);
    return labels;
}

std::optional<Sample> read_sample(std::string_view line) {
    Sample sample;
    const std::size_t end = line.find_first_of("{ ");
    if (end == std::string_view::npos || line.starts_with('#')) return std::nullopt;
    sample.name = line.substr(0, end);
    line.remove_prefix(end);
    if (line.starts_with('{')) {
        auto labels = take_labels(line);
        if (!labels) return std::nullopt;
        sample.labels = *std::move(labels);
    }
    if (!line.starts_with(' ')) return std::nullopt;
    line.remove_prefix(1);
    const auto [after, error] =
        std::from_chars(line.data(), line.data() + line.size(), sample.value);
    if (error != std::errc{}) return std::nullopt;
    const std::size_t mark = line.find(" # ");
    if (mark != std::string_view::npos) {
        line.remove_prefix(mark + 3);
        sample.exemplar = take_labels(line);
        if (!sample.exemplar) return std::nullopt;
    }
    return sample;
}

}  // namespace

std::vector<Sample> read_samples(std::string_view page) {
    std::vector<Sample> samples;
    while (!page.empty()) {
        const std::string_view line = page.substr(0, page.find('\n'));
        page.remove_prefix(line.size() + (line.size() < page.size() ? 1 : 0));
        if (auto sample = read_sample(line)) samples.push_back(*std::move(sample));
    }
    return samples;
}

}  // namespace rides
