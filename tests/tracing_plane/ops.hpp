// The operations of the vector file: each gives what ctx does, as JSON to compare with what is
// expected. An operation that cannot be carried out throws, which counts as a failure.

#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

using Json = nlohmann::ordered_json;
using Operation = std::function<Json(const Json& input, const Json& expected)>;
using Operations = std::map<std::string, Operation>;

void add_number_operations(Operations& operations);
void add_atom_operations(Operations& operations);
void add_tree_operations(Operations& operations);
void add_typed_operations(Operations& operations);
void add_context_operations(Operations& operations);
void add_grammar_operations(Operations& operations);

// Numbers are JSON numbers, or decimal text when they may need 64 bits.
[[nodiscard]] std::uint64_t unsigned_of(const Json& value);
[[nodiscard]] std::int64_t signed_of(const Json& value);

// Lists of atoms are JSON arrays in hexadecimal; null is the empty list.
[[nodiscard]] std::string list_from(const Json& atoms);
[[nodiscard]] Json json_of_list(std::string_view list);
[[nodiscard]] std::vector<std::string> words_of(const std::string& line);

}  // namespace ctx::test
