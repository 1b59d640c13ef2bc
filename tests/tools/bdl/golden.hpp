// Files with expected output.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in) << path;
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The text must be that of the file, byte for byte.
inline void expect_golden(const std::filesystem::path& path, const std::string& text) {
    if (std::getenv("CTX_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    EXPECT_EQ(text, file_text(path)) << path;
}

/// The names, without `extension`, of the files in a folder that end so.
inline std::vector<std::string> stems(const std::filesystem::path& folder,
                                      std::string_view extension) {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == extension) {
            result.push_back(entry.path().stem().string());
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace ctx::test
