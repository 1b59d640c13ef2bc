#include <ctx/propagation/environment.hpp>

#include <unistd.h>

#include <algorithm>

namespace ctx {
namespace {

constexpr char normalized(char c) noexcept {
    if (c >= 'a' && c <= 'z') return static_cast<char>(c - ('a' - 'A'));
    const bool stays = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return stays ? c : '_';
}

constexpr bool needs_front(std::string_view header) noexcept {
    return header.empty() || (header.front() >= '0' && header.front() <= '9');
}

bool names(std::string_view variable, std::string_view name) noexcept {
    return variable.size() > name.size() && variable.starts_with(name) &&
           variable[name.size()] == '=';
}

}  // namespace

std::string environment_name(std::string_view header) {
    std::string name{needs_front(header) ? "_" : ""};
    for (const char c : header)
        name += normalized(c);
    return name;
}

bool detail::is_environment_name(std::string_view variable, std::string_view header) noexcept {
    if (needs_front(header)) {
        if (variable.empty() || variable.front() != '_') return false;
        variable.remove_prefix(1);
    }
    return std::equal(variable.begin(), variable.end(), header.begin(), header.end(),
                      [](char is, char of) { return is == normalized(of); });
}

EnvironmentReader::EnvironmentReader() noexcept : EnvironmentReader(environ) {}

Environment Environment::of_this_process() {
    Environment copy;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at)
        copy.variables_.emplace_back(*at);
    return copy;
}

void Environment::set(std::string_view name, std::string_view value) {
    if (name.empty() || name.find_first_of(std::string_view{"=\0", 2}) != std::string_view::npos) {
        return;
    }
    unset(name);
    std::string variable{name};
    variable.append(1, '=').append(value.substr(0, value.find('\0')));
    variables_.push_back(std::move(variable));
}

void Environment::unset(std::string_view name) {
    std::erase_if(variables_, [name](const std::string& v) { return names(v, name); });
}

void Environment::unset_prefixed(std::string_view prefix) {
    std::erase_if(variables_, [prefix](const std::string& v) { return v.starts_with(prefix); });
}

char* const* Environment::data() {
    pointers_.clear();
    for (std::string& variable : variables_)
        pointers_.push_back(variable.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
}

}  // namespace ctx
