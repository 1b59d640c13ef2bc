// Varints, lexvarints and the headers that hold them.

#include "baggage/hex.hpp"
#include "tracing_plane/ops.hpp"
#include <ctx/baggage/detail/varint.hpp>
#include <ctx/baggage/header.hpp>

#include <sstream>

namespace ctx::test {

std::uint64_t unsigned_of(const Json& value) {
    return value.is_string() ? std::stoull(value.get<std::string>()) : value.get<std::uint64_t>();
}

std::int64_t signed_of(const Json& value) {
    return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<std::int64_t>();
}

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return words;
}

namespace {

template <typename Write>
Json encoded(Write write) {
    char bytes[max_lexvarint_bytes];
    const char* const end = write(bytes);
    return {{"hex", to_hex({bytes, static_cast<std::size_t>(end - bytes)})}};
}

template <typename Number>
Json decoded(const std::optional<Number>& number) {
    if (!number.has_value()) {
        return {{"error", "truncated"}};
    }
    return {{"value", std::to_string(number->value)}, {"consumed", number->consumed}};
}

std::string input_bytes(const Json& input) {
    return from_hex(input.at("hex").get<std::string>());
}

Json decode_varint(const Json& input, const Json& /*expected*/) {
    const detail::Varint varint = detail::read_varint(input_bytes(input), max_atom_bytes);
    if (varint.error != detail::VarintError::none) {
        const bool truncated = varint.error == detail::VarintError::truncated;
        return {{"error", truncated ? "truncated" : "out_of_range"}};
    }
    return {{"value", varint.value}, {"consumed", varint.consumed}};
}

Json encode_varint(const Json& input, const Json& /*expected*/) {
    char bytes[detail::max_varint_bytes];
    const char* const end = detail::write_varint(bytes, unsigned_of(input.at("value")));
    return {{"hex", to_hex({bytes, static_cast<std::size_t>(end - bytes)})}};
}

// What a signed 32-bit number of the reference stands for: its bit pattern.
std::uint64_t pattern_of(const Json& value, bool narrow) {
    const bool negative = value.is_string() ? value.get<std::string>().starts_with('-')
                                            : value.is_number_integer() && signed_of(value) < 0;
    const auto pattern =
        negative ? static_cast<std::uint64_t>(signed_of(value)) : unsigned_of(value);
    return narrow ? pattern & 0xffffffffU : pattern;
}

void add_unsigned(Operations& operations, const std::string& type, bool narrow) {
    operations["lexvar_" + type + "_encode"] = [narrow](const Json& input, const Json&) {
        return encoded(
            [&](char* out) { return write_lexvarint(out, pattern_of(input.at("value"), narrow)); });
    };
    operations["lexvar_" + type + "_reverse_encode"] = [narrow](const Json& input, const Json&) {
        return encoded([&](char* out) {
            return write_reversed_lexvarint(out, pattern_of(input.at("value"), narrow));
        });
    };
    operations["lexvar_" + type + "_decode"] = [](const Json& input, const Json&) {
        return decoded(read_lexvarint(input_bytes(input)));
    };
    operations["lexvar_" + type + "_reverse_decode"] = [](const Json& input, const Json&) {
        return decoded(read_reversed_lexvarint(input_bytes(input)));
    };
}

void add_signed(Operations& operations, const std::string& type) {
    operations["lexvar_" + type + "_encode"] = [](const Json& input, const Json&) {
        return encoded(
            [&](char* out) { return write_signed_lexvarint(out, signed_of(input.at("value"))); });
    };
    operations["lexvar_" + type + "_reverse_encode"] = [](const Json& input, const Json&) {
        return encoded([&](char* out) {
            return write_reversed_signed_lexvarint(out, signed_of(input.at("value")));
        });
    };
    operations["lexvar_" + type + "_decode"] = [](const Json& input, const Json&) {
        return decoded(read_signed_lexvarint(input_bytes(input)));
    };
    operations["lexvar_" + type + "_reverse_decode"] = [](const Json& input, const Json&) {
        auto number = read_signed_lexvarint(input_bytes(input));
        if (number.has_value()) {
            number->value = ~number->value;
        }
        return decoded(number);
    };
}

Json prefix_of_header(const Json& input, const Json& /*expected*/) {
    if (input.at("level").get<unsigned>() > max_level) {
        return {{"error", "no such level"}};
    }
    const char prefix =
        header_prefix(input.at("level").get<unsigned>(), input.at("type") == "keyed",
                      input.value("merge", "TakeAll") == "TakeFirst");
    return {{"hex", to_hex({&prefix, 1})}};
}

Json write_header_atom(const Json& input, const Json& /*expected*/) {
    const bool take_first = input.value("merge", "TakeAll") == "TakeFirst";
    const auto level = input.at("level").get<unsigned>();
    std::string list;
    const bool appended =
        input.contains("key")
            ? append_header(list, level, from_hex(input["key"].get<std::string>()), take_first)
            : append_header(list, level, unsigned_of(input.at("index")), take_first);
    if (!appended) {
        return {{"error", "no such level"}};
    }
    return {{"hex", to_hex(AtomReader(list).next().value())}};
}

Json parse_header_atom(const Json& input, const Json& /*expected*/) {
    const std::string atom = input_bytes(input);
    const auto header = parse_header(atom);
    if (!header.has_value()) {
        return {{"error", "no header"}};
    }
    Json result{{"level", header->level},
                {"type", header->keyed ? "keyed" : "indexed"},
                {"merge", header->take_first ? "TakeFirst" : "TakeAll"}};
    if (header->keyed) {
        result["key"] = to_hex(header->key);
    } else if (header->index.has_value()) {
        result["index"] = std::to_string(*header->index);
    } else {
        result["error"] = "truncated";
    }
    return result;
}

}  // namespace

void add_number_operations(Operations& operations) {
    operations["pb_varint_encode"] = encode_varint;
    operations["pb_varint_decode"] = decode_varint;
    add_unsigned(operations, "u64", false);
    add_unsigned(operations, "u32", true);
    add_signed(operations, "s64");
    add_signed(operations, "s32");
    operations["header_prefix"] = prefix_of_header;
    operations["header_atom"] = write_header_atom;
    operations["header_parse"] = parse_header_atom;
}

}  // namespace ctx::test
