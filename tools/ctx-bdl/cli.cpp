#include "cli.hpp"

#include "generator.hpp"
#include "output.hpp"
#include "workspace.hpp"
#include <ctx/version.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace ctx::bdlc {
namespace {

constexpr std::string_view usage = R"(usage: ctx-bdl [OPTION]... FILE.bb...

Compiles Tracing Plane's Baggage Definition Language to C++20: FILE.bb becomes FILE.hpp.

  --out DIR        write into this folder (default: the current one)
  --bag-path DIR   look for imports here too, after the importing file's folder; repeatable
  --depfile FILE   write which files were read, as a rule for make and ninja
  --check          only check the files; nothing is written
  --help           print this
  --version        print the version

Exit status: 0 done, 1 a file has errors, 2 wrong usage.
)";

struct Options {
    bool check_only = false;
    std::filesystem::path out = ".";
    std::optional<std::filesystem::path> depfile;
    std::vector<std::filesystem::path> bag_paths;
    std::vector<std::filesystem::path> files;
};

int wrong_usage(std::ostream& errors, const std::string& message) {
    errors << "ctx-bdl: " << message << " (try --help)\n";
    return 2;
}

// The reason why the arguments are wrong, or nothing.
std::string read_options(std::span<const std::string_view> arguments, Options& options) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const bool takes_value =
            argument == "--out" || argument == "--bag-path" || argument == "--depfile";
        if (takes_value && (i + 1 == arguments.size() || arguments[i + 1].empty())) {
            return std::string(argument) + " needs a value";
        }
        if (argument == "--check") {
            options.check_only = true;
        } else if (argument == "--out") {
            options.out = arguments[++i];
        } else if (argument == "--bag-path") {
            options.bag_paths.emplace_back(arguments[++i]);
        } else if (argument == "--depfile") {
            options.depfile = arguments[++i];
        } else if (argument.starts_with('-')) {
            return "unknown option " + in_quotes(argument);
        } else {
            options.files.emplace_back(argument);
        }
    }
    if (options.files.empty()) {
        return "no FILE.bb is given";
    }
    return {};
}

std::string header_name(const std::filesystem::path& file) {
    return file.stem().string() + ".hpp";
}

// Two files that would become one header.
std::string find_clash(const std::vector<std::filesystem::path>& files) {
    std::map<std::string, std::filesystem::path> seen;
    for (const auto& file : files) {
        if (file.extension() != ".bb" || !is_header_stem(file.stem().string())) {
            return in_quotes(file.string()) + " is not called FILE.bb";
        }
        const auto [first, is_new] = seen.try_emplace(header_name(file), file);
        if (!is_new) {
            return in_quotes(first->second.string()) + " and " + in_quotes(file.string()) +
                   " would both become " + in_quotes(first->first);
        }
    }
    return {};
}

bool write_headers(const Options& options, const std::vector<const Unit*>& wanted,
                   std::ostream& errors) {
    for (const Unit* unit : wanted) {
        std::string reason;
        const auto path = options.out / header_name(unit->path);
        if (!write_if_changed(path, generate(*unit->file), reason)) {
            errors << "ctx-bdl: cannot write " << in_quotes(path.string()) << ": " << reason
                   << '\n';
            return false;
        }
    }
    return true;
}

bool write_depfile(const Options& options, const Workspace& workspace, std::ostream& errors) {
    std::vector<std::filesystem::path> targets;
    std::vector<std::filesystem::path> sources;
    for (const auto& file : options.files) {
        targets.push_back(options.out / header_name(file));
    }
    for (const auto& unit : workspace.units()) {
        sources.push_back(unit->path);
    }
    std::string reason;
    if (!write_if_changed(*options.depfile, make_rule(targets, sources), reason)) {
        errors << "ctx-bdl: cannot write " << in_quotes(options.depfile->string()) << ": " << reason
               << '\n';
        return false;
    }
    return true;
}

int compile(const Options& options, std::ostream& errors) {
    Workspace workspace(options.bag_paths);
    std::vector<const Unit*> wanted;
    bool good = true;
    for (const auto& file : options.files) {
        std::string reason;
        wanted.push_back(workspace.open(file, reason));
        if (wanted.back() == nullptr) {
            errors << "ctx-bdl: cannot read " << in_quotes(file.string()) << ": " << reason << '\n';
            good = false;
        }
    }
    workspace.check();
    for (const auto& unit : workspace.units()) {
        errors << unit->diagnostics.render(unit->file->source);
        good = good && unit->diagnostics.errors() == 0;
    }
    if (!good) {
        return 1;
    }
    if (options.check_only) {
        return 0;
    }
    good = write_headers(options, wanted, errors) &&
           (!options.depfile.has_value() || write_depfile(options, workspace, errors));
    return good ? 0 : 1;
}

}  // namespace

int run(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& errors) {
    const auto has = [&](std::string_view name) {
        return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
    };
    if (has("--help") || has("-h")) {
        out << usage;
        return 0;
    }
    if (has("--version")) {
        out << "ctx-bdl " CTX_VERSION_STRING "\n";
        return 0;
    }
    Options options;
    std::string wrong = read_options(arguments, options);
    if (wrong.empty()) {
        wrong = find_clash(options.files);
    }
    return wrong.empty() ? compile(options, errors) : wrong_usage(errors, wrong);
}

}  // namespace ctx::bdlc
