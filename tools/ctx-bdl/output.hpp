// Writes files so that builds stay incremental and nobody sees half of one.

#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ctx::bdlc {

/// Replaces a file in one step, unless it has that content already. Makes the folder if there is
/// none. On failure: false, and `reason`.
bool write_if_changed(const std::filesystem::path& path, std::string_view content,
                      std::string& reason);

/// "targets: sources" as make and ninja read it.
[[nodiscard]] std::string make_rule(std::span<const std::filesystem::path> targets,
                                    std::span<const std::filesystem::path> sources);

/// Whether a header of that name can be written in an #include line.
[[nodiscard]] bool is_header_stem(std::string_view stem);

}  // namespace ctx::bdlc
