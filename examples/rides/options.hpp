// The command line of the demo.

#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rides {

struct Options {
    unsigned short port = 8080;  ///< 0: any free one
    double load_rps = 0;
    std::optional<std::chrono::seconds> seconds{};
    std::string log_file{};  ///< empty: stdout
    double sample_ratio = 1;
    bool help = false;
};

inline constexpr double default_check_rps = 20;

/// @return what cannot be understood.
[[nodiscard]] absl::StatusOr<Options> parse_options(int argc, char** argv);

extern const std::string_view usage;

}  // namespace rides
