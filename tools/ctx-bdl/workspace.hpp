// The files of one run: those of the command line, and what they import.

#pragma once

#include "ast.hpp"
#include "diagnostics.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ctx::bdlc {

/// A file that was read, and what is wrong with it.
struct Unit {
    std::filesystem::path path;
    std::unique_ptr<File> file;
    Diagnostics diagnostics;
};

class Workspace {
public:
    /// Imports are looked for beside the importing file, then in these folders.
    explicit Workspace(std::vector<std::filesystem::path> bag_paths)
        : bag_paths_(std::move(bag_paths)) {}

    /// Reads a file and, directly and indirectly, what it imports. Null when the file itself
    /// cannot be read; `reason` says why.
    Unit* open(const std::filesystem::path& path, std::string& reason);
    /// Checks all that was read.
    void check();

    /// In the order of reading.
    [[nodiscard]] const std::vector<std::unique_ptr<Unit>>& units() const { return units_; }

private:
    Unit* read(const std::filesystem::path& path, std::string& reason);
    void find_imports(Unit& unit);
    const File* find_import(const Unit& unit, const Import& import, std::string& reason);

    std::vector<std::filesystem::path> bag_paths_;
    std::vector<std::unique_ptr<Unit>> units_;
    std::unordered_map<std::string, Unit*> by_path_;
};

}  // namespace ctx::bdlc
