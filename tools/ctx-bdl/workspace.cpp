#include "workspace.hpp"

#include "checker.hpp"
#include "names.hpp"
#include "parser.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace ctx::bdlc {
namespace {

std::optional<std::string> read_text(const std::filesystem::path& path, std::string& reason) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        reason = "it is a folder";
        return std::nullopt;
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        reason =
            std::filesystem::exists(path, failed) ? "it cannot be opened" : "there is no such file";
        return std::nullopt;
    }
    std::string text(SourceText::max_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > SourceText::max_bytes) {
        reason = "it is larger than 1 MiB";
        return std::nullopt;
    }
    return text;
}

// The same for every way to spell the path of one file.
std::string identity(const std::filesystem::path& path) {
    std::error_code failed;
    const auto canonical = std::filesystem::weakly_canonical(path, failed);
    return failed ? path.lexically_normal().string() : canonical.string();
}

bool is_mutual(const File& file, const File* other) {
    return std::any_of(file.imports.begin(), file.imports.end(),
                       [&](const Import& import) { return import.mutual && import.file == other; });
}

// A struct has its members within itself: they must be complete in C++, and of two headers that
// include each other only one can come first. (Bags only need each other's names.)
void check_mutual_structs(const File& file, Diagnostics& diagnostics) {
    for (const Object& object : file.objects) {
        for (const Field& field : object.fields) {
            if (!object.is_bag && is_mutual(file, field.type.resolved.file)) {
                diagnostics.error(field.type.span,
                                  "the struct " + in_quotes(object.name) +
                                      " cannot hold one of a file that imports this one; move " +
                                      in_quotes(field.type.name) + " to a file of its own");
            }
        }
    }
}

bool reaches(const File& from, const File& to) {
    std::unordered_set<const File*> seen{&from};
    std::vector<const File*> open{&from};
    while (!open.empty()) {
        const File* file = open.back();
        open.pop_back();
        for (const Import& import : file->imports) {
            if (import.file == &to) {
                return true;
            }
            if (import.file != nullptr && seen.insert(import.file).second) {
                open.push_back(import.file);
            }
        }
    }
    return false;
}

}  // namespace

Unit* Workspace::open(const std::filesystem::path& path, std::string& reason) {
    const std::size_t first = units_.size();
    Unit* unit = read(path, reason);
    for (std::size_t i = first; i < units_.size(); ++i) {  // grows by what is imported
        find_imports(*units_[i]);
    }
    return unit;
}

Unit* Workspace::read(const std::filesystem::path& path, std::string& reason) {
    const std::string key = identity(path);
    if (const auto known = by_path_.find(key); known != by_path_.end()) {
        return known->second;
    }
    auto text = read_text(path, reason);
    if (!text.has_value()) {
        return nullptr;
    }
    auto unit = std::make_unique<Unit>();
    unit->path = path;
    unit->file = parse(SourceText(path.string(), std::move(*text)), unit->diagnostics);
    by_path_.emplace(key, unit.get());
    units_.push_back(std::move(unit));
    return units_.back().get();
}

void Workspace::find_imports(Unit& unit) {
    std::unordered_map<std::string, const File*> headers{
        {unit.path.stem().string(), unit.file.get()}};
    for (Import& import : unit.file->imports) {
        std::string reason;
        import.file = find_import(unit, import, reason);
        if (import.file == nullptr) {
            unit.diagnostics.error(import.span,
                                   "cannot import " + in_quotes(import.path) + ": " + reason);
            continue;
        }
        const auto stem = std::filesystem::path(import.path).stem().string();
        const auto [first, is_new] = headers.try_emplace(stem, import.file);
        if (!is_new && first->second != import.file) {
            unit.diagnostics.error(import.span, "two files would become " +
                                                    in_quotes(stem + ".hpp") +
                                                    ": rename this one, or the other");
        }
    }
}

const File* Workspace::find_import(const Unit& unit, const Import& import, std::string& reason) {
    const std::filesystem::path wanted(import.path);
    if (wanted.is_absolute()) {
        reason = "its path is absolute; make it relative to this file or to a --bag-path";
        return nullptr;
    }
    if (!wanted.has_filename() || import.path.find('\0') != std::string::npos) {
        reason = "it names no file";
        return nullptr;
    }
    std::vector<std::filesystem::path> folders{unit.path.parent_path()};
    folders.insert(folders.end(), bag_paths_.begin(), bag_paths_.end());
    std::string looked;
    for (const auto& folder : folders) {
        const auto path = (folder / wanted).lexically_normal();
        std::error_code failed;
        if (std::filesystem::exists(path, failed)) {
            const Unit* found = read(path, reason);
            return found == nullptr ? nullptr : found->file.get();
        }
        looked += (looked.empty() ? "" : ", ") + in_quotes(folder.empty() ? "." : folder.string());
    }
    reason = "there is no such file in " + looked;
    return nullptr;
}

void Workspace::check() {
    for (const auto& unit : units_) {
        for (Import& import : unit->file->imports) {
            import.mutual = import.file != nullptr && import.file != unit->file.get() &&
                            reaches(*import.file, *unit->file);
        }
        declare(*unit->file, unit->diagnostics);
    }
    for (const auto& unit : units_) {
        bdlc::check(*unit->file, Imports::resolved, unit->diagnostics);
    }
    for (const auto& unit : units_) {
        check_names(*unit->file, unit->diagnostics);
        check_mutual_structs(*unit->file, unit->diagnostics);
    }
}

}  // namespace ctx::bdlc
