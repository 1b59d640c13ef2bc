// Header lists for the tests of this layer.

#pragma once

#include <ctx/context/stats.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view caller_trace = "0af7651916cd43dd8448eb211c80319c";
inline constexpr std::string_view caller_span = "b7ad6b7169203331";
inline constexpr std::string_view caller_traceparent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The value of the only header of that exact name; "(absent)" or "(repeated)" otherwise.
inline std::string only(const Headers& headers, std::string_view name) {
    const auto same = [name](const auto& header) { return header.first == name; };
    const auto count = std::count_if(headers.begin(), headers.end(), same);
    if (count == 0) return "(absent)";
    if (count > 1) return "(repeated)";
    return std::find_if(headers.begin(), headers.end(), same)->second;
}

/// What a counter of ctx has counted up to now.
inline std::uint64_t counted(std::string_view name) {
    for (const StatSample& sample : stats()) {
        if (sample.name == name) return sample.value;
    }
    return 0;
}

/// `count` copies of `text`.
inline std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    result.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        result += text;
    return result;
}

}  // namespace ctx::test
