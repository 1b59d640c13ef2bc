// Reads an OpenMetrics page the way a stranger would: line by line, sample by sample.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rides {

using Labels = std::map<std::string, std::string>;

struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
    std::optional<Labels> exemplar;  ///< labels of it
};

/// The samples of a page, comments left out; a line that is no sample is left out, too.
[[nodiscard]] std::vector<Sample> read_samples(std::string_view page);

}  // namespace rides
