#include "tracing_plane/described.hpp"

#include "baggage/hex.hpp"
#include "tracing_plane/schema.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace ctx::test {
namespace {

// The types of the members, in order: `fixed64 x4` is four of them.
std::vector<std::string> member_types(const std::string& description) {
    static const std::regex type(
        "\\b(bool|taint|s?int(?:32|64)|s?fixed(?:32|64)|float|double|"
        "string|bytes)\\b(?:\\s*x\\s*(\\d+))?");
    std::vector<std::string> types;
    for (std::sregex_iterator it(description.begin(), description.end(), type), end; it != end;
         ++it) {
        const std::size_t count = (*it)[2].matched ? std::stoul((*it)[2].str()) : 1;
        types.insert(types.end(), count, (*it)[1].str());
    }
    return types;
}

// The values of the members, nested ones too, in order.
void flatten(const Json& value, std::vector<Json>& values) {
    if (!value.is_structured()) {
        values.push_back(value);
        return;
    }
    for (const auto& item : value) {
        flatten(item, values);
    }
}

// Numbers of ids are given in hexadecimal.
Json as_number(const std::string& type, const Json& value) {
    const bool is_fixed = type.find("fixed") != std::string::npos;
    return is_fixed && value.is_string()
               ? Json(std::to_string(std::stoull(value.get<std::string>(), nullptr, 16)))
               : value;
}

std::string payload_of(const std::vector<std::string>& types, const Json& value) {
    std::vector<Json> values;
    flatten(value, values);
    if (values.size() != types.size()) {
        throw std::runtime_error("the value does not fit the schema");
    }
    std::string payload;
    for (std::size_t i = 0; i < types.size(); ++i) {
        payload += encode_member(types[i], as_number(types[i], values[i]));
    }
    return payload;
}

}  // namespace

Json write_described(const Json& input, const Json& /*expected*/) {
    static const std::regex field(
        "\\{\\s*(set<)?\\s*\\w+\\s*>?\\s+\\w+\\s*=\\s*(\\d+)\\s*;\\s*\\}");
    const std::string schema = input.at("schema").get<std::string>();
    std::smatch match;
    if (!std::regex_search(schema, match, field)) {
        throw std::runtime_error("a schema of another form: " + schema);
    }
    const std::vector<std::string> types = member_types(match.suffix());
    BagWriter writer;
    writer.enter(unsigned_of(input.at("bag_index")));
    writer.enter(std::uint64_t{std::stoull(match[2].str())});
    if (match[1].matched) {
        for (const Json& element : input.at("value")) {
            writer.data(payload_of(types, element));
        }
        writer.sort_data();
    } else {
        writer.data(payload_of(types, input.at("value")));
    }
    writer.exit();
    writer.exit();
    return {{"atoms", json_of_list(writer.atoms())}, {"hex", to_hex(writer.atoms())}};
}

}  // namespace ctx::test
