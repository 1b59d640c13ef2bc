#include "tracing_plane/schema.hpp"

#include "baggage/hex.hpp"
#include <ctx/baggage/bdl.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace ctx::test {
namespace {

using Schemas = std::map<std::string, Schema>;

const Schemas& bag_schemas() {
    static const Schemas schemas{
        {"SimpleBag", {{"set<fixed64>", "ids", 1}}},
        {"SimpleBag2", {{"int32", "first_field", 1}, {"string", "second_field", 2}}},
        {"ExampleBag",
         {{"bool", "boolfield", 0},
          {"int32", "int32field", 1},
          {"sint32", "sint32field", 2},
          {"fixed32", "fixed32field", 3},
          {"sfixed32", "sfixed32field", 4},
          {"int64", "int64field", 5},
          {"sint64", "sint64field", 6},
          {"fixed64", "fixed64field", 7},
          {"sfixed64", "sfixed64field", 8},
          {"string", "stringfield", 9},
          {"bytes", "bytesfield", 10},
          {"set<int32>", "int32set", 11},
          {"set<string>", "stringset", 12},
          {"SimpleBag", "simple_bag", 15},
          {"set<string>", "simple_bag_2", 16},
          {"map<string,SimpleBag2>", "bag_map", 20},
          {"counter", "c", 23},
          {"taint", "sampled", 30},
          {"SimpleStruct1", "structfield", 33},
          {"set<SimpleStruct1>", "structsetfield", 34},
          {"map<string,counter>", "countermap", 35}}},
        {"FonsecaBag", {{"map<string,set<string>>", "publications_by_conference", 77}}},
        {"XTraceBaggage", {{"fixed64", "taskId", 1}, {"set<fixed64>", "parentEventIds", 2}}},
    };
    return schemas;
}

const Schemas& struct_schemas() {
    static const Schemas schemas{
        {"SimpleStruct1", {{"int32", "integer_field", 0}, {"string", "string_field", 0}}},
        {"SimpleStruct2", {{"int64", "integer_field", 0}, {"SimpleStruct1", "nested_struct", 0}}},
    };
    return schemas;
}

// Calls visit with the wire type of that name.
template <typename Visit>
auto with_wire(const std::string& type, Visit visit) {
    using namespace ctx::bdl;
    if (type == "bool") return visit(Bool{});
    if (type == "taint") return visit(Taint{});
    if (type == "int32") return visit(Int32{});
    if (type == "int64") return visit(Int64{});
    if (type == "sint32") return visit(Sint32{});
    if (type == "sint64") return visit(Sint64{});
    if (type == "fixed32") return visit(Fixed32{});
    if (type == "fixed64") return visit(Fixed64{});
    if (type == "sfixed32") return visit(Sfixed32{});
    if (type == "sfixed64") return visit(Sfixed64{});
    if (type == "float") return visit(Float{});
    if (type == "double") return visit(Double{});
    if (type == "string") return visit(String{});
    if (type == "bytes") return visit(Bytes{});
    throw std::runtime_error("unknown type " + type);
}

// Calls `use` with the value as C++ has it.
template <typename Wire, typename Use>
void with_value(Wire /*wire*/, const Json& value, Use use) {
    using Value = typename Wire::Value;
    if constexpr (std::is_same_v<Value, bool>) {
        use(value.is_string() ? value == "true" : value.get<bool>());
    } else if constexpr (std::is_same_v<Value, std::string_view>) {
        const std::string text = value.get<std::string>();
        use(std::string_view(std::is_same_v<Wire, bdl::Bytes> ? from_hex(text) : text));
    } else if constexpr (std::is_floating_point_v<Value>) {
        use(value.is_string() ? static_cast<Value>(std::stod(value.get<std::string>()))
                              : value.get<Value>());
    } else {
        const bool is_text = value.is_string();
        const bool negative = is_text
                                  ? value.get<std::string>().starts_with('-')
                                  : value.get<std::int64_t>() < 0 && !value.is_number_unsigned();
        use(negative ? static_cast<Value>(signed_of(value))
                     : static_cast<Value>(unsigned_of(value)));
    }
}

template <typename Wire>
Json json_of(Wire /*wire*/, const typename Wire::Value& value) {
    if constexpr (std::is_same_v<Wire, bdl::Bytes>) {
        return to_hex(value);
    } else if constexpr (sizeof(typename Wire::Value) == 8 &&
                         std::is_integral_v<typename Wire::Value>) {
        return std::to_string(value);
    } else {
        return value;
    }
}

std::string inner_of(const std::string& type) {
    const std::size_t open = type.find('<');
    return type.substr(open + 1, type.rfind('>') - open - 1);
}

bool is_kind(const std::string& type, std::string_view kind) {
    return type.starts_with(std::string(kind) + "<");
}

Json decode_struct(const Schema& schema, std::string_view& rest);

// Null: it does not decode.
Json decode_member(const std::string& type, std::string_view& rest) {
    if (struct_schemas().contains(type)) {
        return decode_struct(struct_schema(type), rest);
    }
    return with_wire(type, [&rest](auto wire) -> Json {
        const auto value = decltype(wire)::take(rest);
        return value.has_value() ? json_of(wire, *value) : Json(nullptr);
    });
}

// What a member is that nobody set.
Json zero_of(const std::string& type) {
    if (struct_schemas().contains(type)) {
        return Json::object();
    }
    return with_wire(type,
                     [](auto wire) { return json_of(wire, typename decltype(wire)::Value{}); });
}

Json decode_struct(const Schema& schema, std::string_view& rest) {
    Json value = Json::object();
    for (const SchemaField& member : schema) {
        value[member.name] = decode_member(member.type, rest);
        if (value[member.name].is_null()) {
            value[member.name] = zero_of(member.type);
        }
    }
    return value;
}

Json read_value(const BagView& field, const std::string& type) {
    if (struct_schemas().contains(type)) {
        for (std::string_view payload : field.data()) {
            return decode_struct(struct_schema(type), payload);
        }
        return nullptr;
    }
    return with_wire(type, [&field](auto wire) -> Json {
        const auto value = decltype(wire)::read(field);
        if constexpr (std::is_same_v<decltype(wire), bdl::Taint>) {
            return value;
        } else {
            return value.has_value() ? json_of(wire, *value) : Json(nullptr);
        }
    });
}

Json read_set(const BagView& field, const std::string& element) {
    Json elements = Json::array();
    for (std::string_view payload : field.data()) {
        const bool is_text = element == "string" || element == "bytes";
        elements.push_back(is_text
                               ? Json(element == "string" ? std::string(payload) : to_hex(payload))
                               : decode_member(element, payload));
    }
    return elements;
}

Json read_entries(const BagView& field, const std::string& types) {
    const std::size_t comma = types.find(',');
    const std::string key_type = types.substr(0, comma);
    const std::string value_type = types.substr(types.find_first_not_of(' ', comma + 1));
    Json entries = Json::object();
    for (const BagView& entry : field.children()) {
        const std::string key =
            key_type == "string" ? std::string(entry.key()) : to_hex(entry.key());
        entries[key] = read_field(entry, value_type);
    }
    return entries;
}

Json read_counter(const BagView& field) {
    Json totals = Json::object();
    for (const BagView& component : field.children()) {
        totals[to_hex(component.key())] = std::to_string(bdl::CounterView::total_of(component));
    }
    return totals;
}

void write_set(BagWriter& writer, const std::string& element, const Json& value) {
    for (const Json& item : value) {
        writer.data(encode_value(element, item));
    }
    writer.sort_data();
}

void write_entries(BagWriter& writer, const std::string& types, const Json& value) {
    const std::size_t comma = types.find(',');
    const std::string value_type = types.substr(types.find_first_not_of(' ', comma + 1));
    std::map<std::string, Json> sorted;
    for (const auto& [key, mapped] : value.items()) {
        sorted[encode_value(types.substr(0, comma), key)] = mapped;
    }
    for (const auto& [key, mapped] : sorted) {
        writer.enter(std::string_view(key));
        write_field(writer, value_type, mapped);
        writer.exit();
    }
}

void write_counter(BagWriter& writer, const Json& value) {
    std::map<std::string, std::uint64_t> totals;
    for (const auto& [component, total] : value.items()) {
        totals[from_hex(component)] = unsigned_of(total);
    }
    for (const auto& [component, total] : totals) {
        char payload[max_lexvarint_bytes];
        const char* const end = write_reversed_lexvarint(payload, total);
        writer.enter(std::string_view(component));
        writer.data({payload, static_cast<std::size_t>(end - payload)});
        writer.exit();
    }
}

std::string encode_struct(const Schema& schema, const Json& value) {
    std::string bytes;
    for (const SchemaField& member : schema) {
        const bool is_set = value.contains(member.name) && !value[member.name].is_null();
        bytes += encode_member(member.type, is_set ? value[member.name] : zero_of(member.type));
    }
    return bytes;
}

}  // namespace

const Schema& bag_schema(const std::string& name) {
    return bag_schemas().at(name);
}

const Schema& struct_schema(const std::string& name) {
    return struct_schemas().at(name);
}

std::string encode_value(const std::string& type, const Json& value) {
    if (struct_schemas().contains(type)) {
        return encode_struct(struct_schema(type), value);
    }
    detail::ByteBuffer bytes;
    with_wire(type, [&](auto wire) {
        with_value(wire, value, [&](auto v) { decltype(wire)::encode(bytes, v); });
    });
    return std::string(bytes.view());
}

std::string encode_member(const std::string& type, const Json& value) {
    if (struct_schemas().contains(type)) {
        return encode_struct(struct_schema(type), value);
    }
    detail::ByteBuffer bytes;
    with_wire(type, [&](auto wire) {
        with_value(wire, value, [&](auto v) { decltype(wire)::write_member(bytes, v); });
    });
    return std::string(bytes.view());
}

void write_field(BagWriter& writer, const std::string& type, const Json& value) {
    if (is_kind(type, "set")) {
        write_set(writer, inner_of(type), value);
    } else if (is_kind(type, "map")) {
        write_entries(writer, inner_of(type), value);
    } else if (type == "counter") {
        write_counter(writer, value);
    } else if (bag_schemas().contains(type)) {
        write_bag(writer, bag_schema(type), value);
    } else if (!(type == "taint" && !value.get<bool>())) {
        writer.data(encode_value(type, value));
    }
}

void write_bag(BagWriter& writer, const Schema& schema, const Json& value) {
    for (const SchemaField& field : schema) {
        if (value.contains(field.name) && !value[field.name].is_null()) {
            writer.enter(std::uint64_t{field.index});
            write_field(writer, field.type, value[field.name]);
            writer.exit();
        }
    }
}

Json read_field(const BagView& field, const std::string& type) {
    if (is_kind(type, "set")) {
        return read_set(field, inner_of(type));
    }
    if (is_kind(type, "map")) {
        return read_entries(field, inner_of(type));
    }
    if (type == "counter") {
        return read_counter(field);
    }
    if (bag_schemas().contains(type)) {
        return read_bag(field, bag_schema(type));
    }
    return read_value(field, type);
}

Json read_bag(const BagView& bag, const Schema& schema) {
    Json value = Json::object();
    for (const SchemaField& field : schema) {
        const BagView content = bag.child(std::uint64_t{field.index});
        if (content.present()) {
            value[field.name] = read_field(content, field.type);
        }
    }
    return value;
}

void take_known(Baggage& baggage, const BagPath& bag, const Schema& schema) {
    for (const SchemaField& field : schema) {
        const BagPath path = bag.field(field.index);
        const std::string inner = is_kind(field.type, "map") ? inner_of(field.type) : field.type;
        const std::string value = inner.substr(inner.find_last_of(", ") + 1);
        if (!bag_schemas().contains(value)) {
            detail::set_content(baggage, path, {});
            continue;
        }
        std::vector<BagPath> bags{path};
        if (is_kind(field.type, "map")) {
            bags.clear();
            for (const BagView& entry : path.find_in(baggage.bags()).children()) {
                bags.push_back(path.key(entry.key()));
            }
        }
        for (const BagPath& inner_bag : bags) {
            take_known(baggage, inner_bag, bag_schema(value));
        }
    }
}

}  // namespace ctx::test
