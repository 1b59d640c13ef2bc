#include "tracing_plane/described.hpp"

#include "baggage/hex.hpp"
#include "tracing_plane/schema.hpp"

#include <algorithm>
#include <cstdint>
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

bool is_primitive(const std::string& type) {
    const std::vector<std::string> found = member_types(type);
    return found.size() == 1 && found[0] == type;
}

struct DescribedField {
    std::string type;
    std::string name;
    std::uint64_t index = 0;
};

// `Name { set<T> field = 0; map<string, string> other = 1; } T = …`: the fields.
std::vector<DescribedField> fields_of(const std::string& schema) {
    static const std::regex field("([\\w<>, ]+?)\\s+(\\w+)\\s*=\\s*(\\d+)\\s*;");
    const std::size_t open = schema.find('{');
    const std::size_t close = schema.find('}', open);
    if (open == std::string::npos || close == std::string::npos) {
        throw std::runtime_error("a schema of another form: " + schema);
    }
    const std::string body = schema.substr(open + 1, close - open - 1);
    std::vector<DescribedField> fields;
    for (std::sregex_iterator it(body.begin(), body.end(), field), end; it != end; ++it) {
        std::string type = (*it)[1].str();
        type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
        fields.push_back({type, (*it)[2].str(), std::stoull((*it)[3].str())});
    }
    return fields;
}

// @param members  of the struct that the schema describes behind the bag
void write_content(BagWriter& writer, const std::string& type,
                   const std::vector<std::string>& members, const Json& value) {
    if (!type.starts_with("set<")) {
        if (type.starts_with("map<") || type == "counter") return write_field(writer, type, value);
        writer.data(is_primitive(type) ? encode_value(type, as_number(type, value))
                                       : payload_of(members, value));
        return;
    }
    const std::string inner = type.substr(4, type.size() - 5);
    for (const Json& element : value) {
        writer.data(is_primitive(inner) ? encode_value(inner, as_number(inner, element))
                                        : payload_of(members, element));
    }
    writer.sort_data();
}

}  // namespace

Json write_described(const Json& input, const Json& /*expected*/) {
    const std::string schema = input.at("schema").get<std::string>();
    const std::vector<DescribedField> fields = fields_of(schema);
    const std::vector<std::string> members = member_types(schema.substr(schema.find('}')));
    const Json& value = input.at("value");
    BagWriter writer;
    writer.enter(unsigned_of(input.at("bag_index")));
    for (const DescribedField& field : fields) {
        // The value of the only field may stand for the bag.
        const bool named = value.is_object() && value.contains(field.name);
        if (!named && fields.size() > 1) continue;
        writer.enter(field.index);
        write_content(writer, field.type, members, named ? value[field.name] : value);
        writer.exit();
    }
    writer.exit();
    return {{"atoms", json_of_list(writer.atoms())}, {"hex", to_hex(writer.atoms())}};
}

}  // namespace ctx::test
