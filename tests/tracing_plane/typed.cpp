// Typed values: fields, structs, maps and whole bags.

#include "baggage/hex.hpp"
#include "tracing_plane/ops.hpp"
#include "tracing_plane/schema.hpp"
#include <ctx/baggage/lexvarint.hpp>

namespace ctx::test {
namespace {

Json result_of(const std::string& list) {
    return {{"atoms", json_of_list(list)}, {"hex", to_hex(list)}, {"size", list.size()}};
}

Json write_one_field(const Json& input, const Json& /*expected*/) {
    const std::string type = input.at("type").get<std::string>();
    BagWriter writer;
    writer.enter(unsigned_of(input.at("index")));
    write_field(writer, type, input.at("value"));
    writer.exit();
    Json result = result_of(writer.atoms());
    const Json read = read_field(BagView(writer.atoms()).child(unsigned_of(input["index"])), type);
    const Json& value = input["value"];
    const bool unset_taint = type == "taint" && value == false && read == false;
    result["roundtrip"] = unset_taint || encode_value(type, read) == encode_value(type, value);
    return result;
}

// Whether the first datum ends inside of its lexvarint.
bool is_truncated(const BagView& field, const std::string& type) {
    const auto data = field.data();
    if (data.begin() == data.end()) {
        return false;
    }
    if (type == "int32" || type == "int64") {
        return !read_lexvarint(*data.begin()).has_value();
    }
    return (type == "sint32" || type == "sint64") &&
           !read_signed_lexvarint(*data.begin()).has_value();
}

Json read_one_field(const Json& input, const Json& /*expected*/) {
    const std::string type = input.at("type").get<std::string>();
    const std::string list = list_from(input.at("atoms"));
    const BagView root(list);
    for (const BagView& field : root.children()) {
        Json result{{"value", read_field(field, type)}};
        if (result["value"].is_null() && is_truncated(field, type)) {
            result["error"] = "truncated";
        }
        return result;
    }
    return {{"value", nullptr}};
}

Json write_bag_root(const Json& input, const Json& /*expected*/) {
    BagWriter writer;
    const Schema& schema = bag_schema(input.at("bag").get<std::string>());
    write_bag(writer, schema, input.at("value"));
    Json result = result_of(writer.atoms());
    BagWriter again;
    write_bag(again, schema, read_bag(BagView(writer.atoms()), schema));
    result["roundtrip"] = again.atoms() == writer.atoms();
    return again.atoms() == writer.atoms() ? result : Json{{"error", "reading gives another bag"}};
}

Json write_map(const Json& input, const Json& /*expected*/) {
    Json entries = Json::object();
    for (const Json& key : input.at("keys")) {
        entries[key.is_string() ? key.get<std::string>() : key.dump()] = true;
    }
    BagWriter writer;
    writer.enter(unsigned_of(input.at("index")));
    write_field(writer, "map<" + input.at("key_type").get<std::string>() + ",bool>", entries);
    writer.exit();
    return result_of(writer.atoms());
}

}  // namespace

void add_typed_operations(Operations& operations) {
    operations["bdl_field"] = write_one_field;
    operations["bdl_field_read"] = read_one_field;
    operations["bdl_bag_root"] = write_bag_root;
    operations["bdl_map_bool_values"] = write_map;
    operations["bdl_struct_field"] = [](const Json& input, const Json&) {
        return Json{
            {"hex", to_hex(encode_member(input.at("type").get<std::string>(), input.at("value")))}};
    };
    operations["bdl_struct"] = [](const Json& input, const Json&) {
        return Json{{"hex", to_hex(encode_value(input.at("struct").get<std::string>(),
                                                input.at("value")))}};
    };
}

}  // namespace ctx::test
