// Whole lists: what is received, read by who knows some of the bags, merged and sent on.

#include "baggage/hex.hpp"
#include "tracing_plane/described.hpp"
#include "tracing_plane/ops.hpp"
#include "tracing_plane/schema.hpp"
#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/baggage.hpp>

#include <map>

namespace ctx::test {
namespace {

using Registered = std::map<std::uint32_t, std::string>;

Registered registered_in(const Json& input) {
    if (!input.contains("registered")) {
        return {{3, "SimpleBag"}, {10, "ExampleBag"}};
    }
    Registered bags;
    for (const auto& [number, name] : input["registered"].items()) {
        bags[static_cast<std::uint32_t>(std::stoul(number))] = name.get<std::string>();
    }
    return bags;
}

// The first marker and the headers it stands below.
Json overflow_path_of(std::string_view list) {
    BagReader reader(list);
    static_cast<void>(reader.finish());
    return reader.overflow_seen() ? json_of_list(reader.overflow_path()) : Json(nullptr);
}

// What is left when the registered bags have read what they know.
Json unprocessed_of(Baggage baggage, const Registered& registered) {
    for (const auto& [number, name] : registered) {
        take_known(baggage, BagPath{number}, bag_schema(name));
    }
    BagReader reader(baggage.atoms());
    for (const auto& [number, name] : registered) {
        if (reader.enter(std::uint64_t{number})) {
            reader.exit();  // of a bag with nothing left the header goes too
        }
    }
    const std::string rest = reader.finish();
    return rest.empty() ? Json(nullptr) : json_of_list(rest);
}

Json receive(const Json& input, const Json& expected) {
    const auto baggage = Baggage::from_atoms(from_hex(input.at("hex").get<std::string>()));
    const Registered registered = registered_in(input);
    const Baggage branch = baggage;  // NOLINT(performance-unnecessary-copy-initialization)
    const std::string sent = to_hex(branch.atoms());
    Json result{{"hex", sent},
                {"reserialized", sent},
                {"reserialized_unchanged", sent},
                {"overflow_path", overflow_path_of(baggage.atoms())},
                {"unprocessed", unprocessed_of(baggage, registered)}};
    for (const auto& [number, name] : registered) {
        const std::string bag = "bag" + std::to_string(number);
        result[bag + "_overflow"] = baggage.bag(number).overflow();
        result[bag + "_overflow_after_branch"] = branch.bag(number).overflow();
        const Json fields = read_bag(baggage.bag(number), bag_schema(name));
        result[bag] = fields;
        for (const SchemaField& field : bag_schema(name)) {
            if (expected.contains(field.name)) {
                result[field.name] =
                    fields.contains(field.name) ? fields[field.name] : Json(nullptr);
            }
        }
    }
    return result;
}

Json write_bags(const Json& input, const Json& /*expected*/) {
    std::map<std::uint64_t, Json> sorted;
    for (const auto& [number, bag] : input.at("bags").items()) {
        sorted[std::stoull(number)] = bag;
    }
    BagWriter writer;
    for (const auto& [number, bag] : sorted) {
        writer.enter(number);
        write_bag(writer, bag_schema(bag.at("bag").get<std::string>()), bag.at("value"));
        writer.exit();
    }
    return {{"hex", to_hex(writer.atoms())},
            {"size", writer.atoms().size()},
            {"atoms", json_of_list(writer.atoms())}};
}

std::string example_bag(const Json& value) {
    BagWriter writer;
    writer.enter(std::uint64_t{10});
    write_bag(writer, bag_schema("ExampleBag"), value);
    writer.exit();
    return writer.atoms();
}

Json join_bags(const Json& input, const Json& /*expected*/) {
    const auto left = Baggage::from_atoms(example_bag(input.at("left")));
    const auto right = Baggage::from_atoms(example_bag(input.at("right")));
    if (to_hex(left.atoms()) != input.at("left_hex") ||
        to_hex(right.atoms()) != input.at("right_hex")) {
        return {{"error", "the inputs are written as other bytes"}};
    }
    const Baggage joined = join(left, right);
    const Json read = read_bag(joined.bag(10), bag_schema("ExampleBag"));
    const std::string again = example_bag(read);
    return {{"atom_merge_hex", to_hex(joined.atoms())},
            {"atom_merge_read_back_hex", to_hex(again)},
            {"read", read}};
}

}  // namespace

void add_context_operations(Operations& operations) {
    for (const char* name : {"context_passthrough", "context_robustness", "context_branch_flag",
                             "bdl_context_reparse"}) {
        operations[name] = receive;
    }
    operations["bdl_context"] = write_bags;
    operations["bdl_context_described"] = write_described;
    operations["context_join"] = join_bags;
}

}  // namespace ctx::test
