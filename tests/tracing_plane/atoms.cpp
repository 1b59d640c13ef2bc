// Lists of atoms: reading, writing, merging, trimming, carriers.

#include "baggage/hex.hpp"
#include "tracing_plane/ops.hpp"
#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/carriers.hpp>

namespace ctx::test {

std::string list_from(const Json& atoms) {
    std::string list;
    if (!atoms.is_null()) {
        for (const Json& atom : atoms) {
            append_atom(list, from_hex(atom.get<std::string>()));
        }
    }
    return list;
}

Json json_of_list(std::string_view list) {
    Json atoms = Json::array();
    for (const std::string& atom : atoms_of(list)) {
        atoms.push_back(atom);
    }
    return atoms;
}

namespace {

Json list_result(const std::string& list) {
    return {{"atoms", json_of_list(list)}, {"hex", to_hex(list)}, {"size", list.size()}};
}

// Zero and less mean no limit in the vectors, as in the reference.
std::size_t limit_of(const Json& input) {
    const std::int64_t limit = input.contains("limit") ? signed_of(input["limit"]) : 0;
    return limit <= 0 ? no_limit : static_cast<std::size_t>(limit);
}

Json compare(const Json& input, const Json& /*expected*/) {
    const int order = compare_atoms(from_hex(input.at("a").get<std::string>()),
                                    from_hex(input.at("b").get<std::string>()));
    return {{"sign", order < 0 ? -1 : order > 0 ? 1 : 0}};
}

Json deserialize(const Json& input, const Json& /*expected*/) {
    DecodeReport report;
    const std::string bytes = from_hex(input.at("hex").get<std::string>());
    const AtomCut cut = find_complete_atoms(bytes, {}, &report);
    Json result = list_result(bytes.substr(0, cut.bytes));
    if (report.damaged) {
        result["error"] = true;
    }
    return result;
}

Json merge(const Json& input, const Json& /*expected*/) {
    std::string merged;
    if (input.contains("lists")) {
        std::vector<std::string> lists;
        for (const Json& list : input["lists"]) {
            lists.push_back(list_from(list));
        }
        const std::vector<std::string_view> views(lists.begin(), lists.end());
        return list_result(merge_atoms(views));
    }
    for (const auto& [name, list] : input.items()) {
        merged = name == "a" ? list_from(list) : merge_atoms(merged, list_from(list));
    }
    return list_result(merged);
}

Json trim(const Json& input, const Json& /*expected*/) {
    return list_result(trim_atoms(list_from(input.at("atoms")), limit_of(input)));
}

Json trim_serialized(const Json& input, const Json& /*expected*/) {
    return list_result(
        Baggage::from_atoms(from_hex(input.at("hex").get<std::string>())).trimmed(limit_of(input)));
}

Json write_stream(const Json& input, const Json& /*expected*/) {
    return {
        {"hex", to_hex(frame_atoms(trim_atoms(list_from(input.at("atoms")), limit_of(input))))}};
}

Json read_stream(const Json& input, const Json& /*expected*/) {
    const std::string bytes = from_hex(input.at("hex").get<std::string>());
    const auto framed = unframe_atoms(bytes);
    if (!framed.has_value()) {
        return {{"error", true}, {"atoms", Json::array()}};
    }
    Json result = list_result(std::string(framed->list));
    result["consumed"] = framed->consumed;
    result["remaining"] = bytes.size() - framed->consumed;
    return result;
}

Json decode_text(const Json& input, const Json& /*expected*/) {
    const auto bytes = decode_base64(input.at("text").get<std::string>());
    if (!bytes.has_value()) {
        return {{"error", true}};
    }
    return {{"hex", to_hex(*bytes)}, {"atoms", json_of_list(*bytes)}};
}

// The path to the first of two markers: the lesser list, up to its marker.
Json merge_overflow(const Json& input, const Json& /*expected*/) {
    const std::string merged = merge_atoms(list_from(input.at("a")), list_from(input.at("b")));
    return list_result(std::string(until_first_marker(merged)));
}

}  // namespace

void add_atom_operations(Operations& operations) {
    operations["compare"] = compare;
    operations["atoms_serialize"] = [](const Json& input, const Json&) {
        return list_result(list_from(input.at("atoms")));
    };
    operations["atoms_deserialize"] = deserialize;
    operations["atoms_merge"] = merge;
    operations["atoms_trim"] = trim;
    operations["trim_serialized"] = trim_serialized;
    operations["stream_write"] = write_stream;
    operations["stream_read"] = read_stream;
    operations["overflow_merge"] = merge_overflow;
    operations["trim_to_first_overflow"] = [](const Json& input, const Json&) {
        return list_result(std::string(until_first_marker(list_from(input.at("atoms")))));
    };
    operations["base64_url"] = [](const Json& input, const Json&) {
        return Json{{"text", encode_base64url(from_hex(input.at("hex").get<std::string>()))}};
    };
    operations["base64_std"] = [](const Json& input, const Json&) {
        return Json{{"text", encode_base64(from_hex(input.at("hex").get<std::string>()))}};
    };
    for (const char* name : {"base64_decode", "base64_url_decode", "base64_std_decode"}) {
        operations[name] = decode_text;
    }
}

}  // namespace ctx::test
