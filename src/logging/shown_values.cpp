#include "logging/shown_values.hpp"

#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/json_line.hpp>

#include <algorithm>
#include <charconv>

namespace ctx::log {

const std::vector<std::string>& default_secret_names() {
    static const auto* const names = new std::vector<std::string>{
        "pass", "token", "secret", "authorization", "cookie", "ssn", "card"};
    return *names;
}

namespace detail {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view name, std::string_view part) noexcept {
    return std::search(name.begin(), name.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != name.end();
}

}  // namespace

bool is_secret_name(std::string_view name, const std::vector<std::string>& parts) noexcept {
    return std::any_of(parts.begin(), parts.end(),
                       [name](const std::string& part) { return contains(name, part); });
}

bool NameSpelling::are_same(std::string_view a, std::string_view b) const noexcept {
    a = a.substr(0, max_bytes);
    b = b.substr(0, max_bytes);
    if (spell == nullptr) return a == b;
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [this](char x, char y) { return spell(x) == spell(y); });
}

bool ShownValues::is_of_the_line(std::string_view name) const noexcept {
    if (is_reserved_(name)) return true;
    std::string_view rest = fields_;
    std::string_view field;
    std::string_view ignored;
    while (next_field(rest, field, ignored)) {
        if (spelling_.are_same(field, name)) return true;
    }
    return false;
}

int ShownValues::count_before(std::string_view key, std::size_t number) const noexcept {
    int count = 0;
    for (const Value& value : all_) {
        if (number-- == 0) break;
        count += spelling_.are_same(value.key, key) ? 1 : 0;
    }
    return count;
}

// Each of several values of one key begins with another number, and a number that would be the key
// of somebody else is passed over in steps that keep them apart.
void ShownValues::rename(ShownValue& shown, int number) const noexcept {
    constexpr std::size_t longest_end = 4;  // _999
    const std::size_t most = std::max(spelling_.max_bytes, longest_end) - longest_end;
    const std::string_view key = shown.name_.substr(0, most);
    for (; number < 1000; number += static_cast<int>(max_values)) {
        char* out = std::copy(key.begin(), key.end(), shown.renamed_.data());
        *out++ = '_';
        out = std::to_chars(out, out + 3, number).ptr;
        shown.name_ = {shown.renamed_.data(),
                       static_cast<std::size_t>(out - shown.renamed_.data())};
        if (!is_of_the_line(shown.name_) && count_before(shown.name_, max_values) == 0) return;
    }
}

void ShownValues::prepare(ShownValue& shown, const Value& value,
                          std::size_t number) const noexcept {
    shown.value_ = value;
    shown.name_ = value.key;
    if (is_secret_name(value.key, secret_names_)) {
        shown.value_.type = ValueType::text;
        shown.value_.text = redacted;
    }
    const int taken = count_before(value.key, number) + (is_of_the_line(value.key) ? 1 : 0);
    if (taken != 0) rename(shown, taken);
}

}  // namespace detail
}  // namespace ctx::log
