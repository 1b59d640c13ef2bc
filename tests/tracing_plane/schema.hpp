// The bags of the vector file, written and read by name: what ctx-bdl compiles, at run time.

#pragma once

#include "tracing_plane/ops.hpp"
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/bag_writer.hpp>
#include <ctx/baggage/baggage.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

struct SchemaField {
    std::string type;  // as in a .bb file: `map<string,SimpleBag2>`
    std::string name;
    std::uint32_t index = 0;  // of a bag's field
};

using Schema = std::vector<SchemaField>;

// Throws std::out_of_range for a name that is neither.
[[nodiscard]] const Schema& bag_schema(const std::string& name);
[[nodiscard]] const Schema& struct_schema(const std::string& name);

// The payload of one value of a primitive or struct type.
[[nodiscard]] std::string encode_value(const std::string& type, const Json& value);
// The same as a member of a struct.
[[nodiscard]] std::string encode_member(const std::string& type, const Json& value);

// Writes a field's content into the bag that is open.
void write_field(BagWriter& writer, const std::string& type, const Json& value);
// Writes the fields of a bag into the bag that is open.
void write_bag(BagWriter& writer, const Schema& schema, const Json& value);

// What a field holds; null if nothing, or nothing that decodes.
[[nodiscard]] Json read_field(const BagView& field, const std::string& type);
[[nodiscard]] Json read_bag(const BagView& bag, const Schema& schema);

// Takes everything out of a bag that the schema knows.
void take_known(Baggage& baggage, const BagPath& bag, const Schema& schema);

}  // namespace ctx::test
