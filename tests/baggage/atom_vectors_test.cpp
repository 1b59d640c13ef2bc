// Known answers of the atom layer: data/atoms.json, one list of cases for each operation.

#include "baggage/hex.hpp"
#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/carriers.hpp>
#include <ctx/baggage/header.hpp>
#include <ctx/baggage/lexvarint.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace {

using ctx::test::atoms_of;
using ctx::test::from_hex;
using ctx::test::list_of;
using ctx::test::to_hex;
using nlohmann::json;

using Hex = std::vector<std::string>;

// The cases of one operation; a wrong number means that the file was not read.
const json& cases(const char* operation, std::size_t count) {
    static const json all = json::parse(std::ifstream(CTX_TEST_DATA "/atoms.json"));
    const json& found = all.at(operation);
    EXPECT_EQ(found.size(), count) << operation;
    return found;
}

std::uint64_t number(const json& text) {
    return std::stoull(text.get<std::string>());
}

TEST(AtomVectors, length_prefixes) {
    for (const json& c : cases("varint_encode", 10)) {
        char bytes[ctx::detail::max_varint_bytes];
        const auto value = c[0].get<std::uint64_t>();
        const char* const end = ctx::detail::write_varint(bytes, value);
        const std::string written(bytes, static_cast<std::size_t>(end - bytes));
        EXPECT_EQ(to_hex(written), c[1]);
        EXPECT_EQ(ctx::detail::varint_size(value), written.size());
    }
    for (const json& c : cases("varint_decode", 9)) {
        const std::string bytes = from_hex(c[0].get<std::string>());
        const auto read = ctx::detail::read_varint(bytes, ctx::max_atom_bytes);
        const char* const names[] = {"none", "truncated", "out_of_range"};
        EXPECT_EQ(names[static_cast<int>(read.error)], c[3]) << c;
        EXPECT_EQ(read.consumed, c[2]) << c;
        EXPECT_EQ(read.value, c[1].is_null() ? 0 : c[1].get<std::uint64_t>()) << c;
    }
}

TEST(AtomVectors, order) {
    for (const json& c : cases("compare", 14)) {
        const int order = ctx::compare_atoms(from_hex(c[0].get<std::string>()),
                                             from_hex(c[1].get<std::string>()));
        EXPECT_EQ((order > 0) - (order < 0), c[2]) << c;
    }
}

TEST(AtomVectors, lists) {
    for (const json& c : cases("serialize", 7)) {
        EXPECT_EQ(to_hex(list_of(c[0].get<Hex>())), c[1]) << c;
    }
    for (const json& c : cases("deserialize", 11)) {
        const std::string bytes = from_hex(c[0].get<std::string>());
        ctx::DecodeReport report;
        const ctx::AtomCut cut = ctx::find_complete_atoms(bytes, {}, &report);
        EXPECT_EQ(atoms_of(bytes.substr(0, cut.bytes)), c[1].get<Hex>()) << c;
        EXPECT_EQ(report.damaged, c[2]) << c;
        EXPECT_EQ(cut.marker, c[2]) << c;
    }
    for (const json& c : cases("frame", 8)) {
        const std::string list = list_of(c[0].get<Hex>());
        const std::string sent =
            ctx::trim_atoms(list, c[1].is_null() ? ctx::no_limit : c[1].get<std::size_t>());
        EXPECT_EQ(to_hex(ctx::frame_atoms(sent)), c[2]) << c;
    }
}

TEST(AtomVectors, merge) {
    for (const json& c : cases("merge", 28)) {
        EXPECT_EQ(atoms_of(ctx::merge_atoms(list_of(c[0].get<Hex>()), list_of(c[1].get<Hex>()))),
                  c[2].get<Hex>())
            << c;
    }
}

TEST(AtomVectors, trim) {
    for (const json& c : cases("trim", 46)) {
        const std::size_t limit = c[1].is_null() ? ctx::no_limit : c[1].get<std::size_t>();
        EXPECT_EQ(to_hex(ctx::trim_atoms(list_of(c[0].get<Hex>()), limit)), c[2]) << c;
    }
    for (const json& c : cases("trim_bytes", 15)) {
        EXPECT_EQ(
            to_hex(ctx::trim_atoms(from_hex(c[0].get<std::string>()), c[1].get<std::size_t>())),
            c[2])
            << c;
    }
}

TEST(AtomVectors, overflow) {
    for (const json& c : cases("until_marker", 3)) {
        EXPECT_EQ(atoms_of(ctx::until_first_marker(list_of(c[0].get<Hex>()))), c[1].get<Hex>());
    }
    for (const json& c : cases("merge_until_marker", 4)) {
        const std::string merged =
            ctx::merge_atoms(list_of(c[0].get<Hex>()), list_of(c[1].get<Hex>()));
        EXPECT_EQ(atoms_of(ctx::until_first_marker(merged)), c[2].get<Hex>()) << c;
    }
}

TEST(AtomVectors, headers) {
    for (const json& c : cases("header_prefix", 42)) {
        EXPECT_EQ(to_hex(std::string(1, ctx::header_prefix(c[0].get<unsigned>(), c[1], c[2]))),
                  c[3])
            << c;
    }
    for (const json& c : cases("header_atom", 24)) {
        const auto level = c[0].get<unsigned>();
        std::string list;
        if (c[1].is_null()) {
            ctx::append_header(list, level, from_hex(c[2].get<std::string>()));
        } else {
            ctx::append_header(list, level, number(c[1]));
        }
        // TakeFirst is read but never written.
        const std::string first = from_hex(c[4].get<std::string>());
        const bool take_first = ctx::parse_header(first).value().take_first;
        EXPECT_EQ(take_first, c[3].get<bool>()) << c;
        list[1] = static_cast<char>(list[1] | (take_first ? 1 : 0));
        EXPECT_EQ(atoms_of(list), Hex{c[4].get<std::string>()}) << c;
    }
    for (const json& c : cases("header_parse", 7)) {
        const std::string atom = from_hex(c[0].get<std::string>());
        const auto header = ctx::parse_header(atom);
        ASSERT_TRUE(header.has_value()) << c;
        EXPECT_EQ(header->level, c[1]) << c;
        EXPECT_EQ(header->keyed, c[2].is_null()) << c;
        if (header->keyed) {
            EXPECT_EQ(to_hex(header->key), c[3]) << c;
        } else {
            EXPECT_EQ(header->index, number(c[2])) << c;
        }
        EXPECT_EQ(header->take_first, c[4]) << c;
    }
}

TEST(AtomVectors, unsigned_lexvarints) {
    for (const json& c : cases("lexvarint_encode", 39)) {
        std::string bytes;
        ctx::append_lexvarint(bytes, number(c[0]));
        EXPECT_EQ(to_hex(bytes), c[1]) << c;
        EXPECT_EQ(ctx::lexvarint_size(number(c[0])), bytes.size()) << c;
        EXPECT_EQ(ctx::read_lexvarint(bytes).value().value, number(c[0])) << c;
    }
    for (const json& c : cases("lexvarint_decode", 10)) {
        const auto read = ctx::read_lexvarint(from_hex(c[0].get<std::string>()));
        ASSERT_EQ(read.has_value(), !c[1].is_null()) << c;
        if (read.has_value()) {
            EXPECT_EQ(read->value, number(c[1])) << c;
            EXPECT_EQ(read->consumed, c[2]) << c;
        }
    }
}

TEST(AtomVectors, base64) {
    for (const json& c : cases("base64_url", 2)) {
        EXPECT_EQ(ctx::encode_base64url(from_hex(c[0].get<std::string>())), c[1]);
    }
    for (const json& c : cases("base64_std", 1)) {
        EXPECT_EQ(ctx::encode_base64(from_hex(c[0].get<std::string>())), c[1]);
    }
}

}  // namespace
