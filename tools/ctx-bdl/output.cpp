#include "output.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace ctx::bdlc {
namespace {

bool has_content(const std::filesystem::path& path, std::string_view content) {
    std::ifstream in(path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(in), {}};
    return in.good() && found == content;
}

std::string escaped(const std::filesystem::path& path) {
    std::string result;
    for (const char c : path.string()) {
        if (c == ' ' || c == '#' || c == '\\') {
            result += '\\';
        } else if (c == '$') {
            result += '$';
        }
        result += c;
    }
    return result;
}

}  // namespace

bool write_if_changed(const std::filesystem::path& path, std::string_view content,
                      std::string& reason) {
    if (has_content(path, content)) {
        return true;
    }
    std::error_code failed;
    if (path.has_parent_path()) {
        std::filesystem::create_directories(path.parent_path(), failed);
    }
    auto draft = path;
    draft += ".draft-" + std::to_string(getpid());
    std::ofstream out(draft, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!failed && !out) {
        failed = std::error_code(errno, std::generic_category());
    }
    if (!failed) {
        std::filesystem::rename(draft, path, failed);
    }
    if (failed) {
        reason = failed.message();
        std::error_code ignored;
        std::filesystem::remove(draft, ignored);
    }
    return !failed;
}

std::string make_rule(std::span<const std::filesystem::path> targets,
                      std::span<const std::filesystem::path> sources) {
    std::string result;
    for (const auto& target : targets) {
        result += (result.empty() ? "" : " ") + escaped(target);
    }
    result += ':';
    for (const auto& source : sources) {
        result += " \\\n  " + escaped(source);
    }
    return result + '\n';
}

bool is_header_stem(std::string_view stem) {
    return !stem.empty() && std::all_of(stem.begin(), stem.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '"' && c != '\\' &&
               c != '>';
    });
}

}  // namespace ctx::bdlc
