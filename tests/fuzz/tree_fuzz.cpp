// Any bytes as a tree of bags: views, rewrites, the reader, merges and moves are compared with
// maps and sets.

#include "baggage/tree_checks.hpp"
#include "fuzz/check.hpp"
#include <ctx/baggage/atoms.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace ctx::test;

namespace {

void demand(const std::string& wrong, const char* what) {
    if (!wrong.empty()) {
        std::fprintf(stderr, "%s: %s\n", what, wrong.c_str());
        std::abort();
    }
}

// Headers from the list itself, so that paths lead somewhere; the last may be one of none.
Atoms path_from(const Atoms& atoms, unsigned choice) {
    Atoms path;
    for (const Atoms& open : open_headers(atoms)) {
        if (!open.empty() && is_walkable(open) && (path.empty() || choice-- % 4 == 0)) {
            path = open;
        }
    }
    if (path.empty() || choice % 5 == 0) {
        path.push_back(header_at_level("\x84k", static_cast<int>(path.size() % 16)));
    }
    return path;
}

// Paths are made of names: headers that no writer writes cannot be said.
bool can_be_named(const Atoms& path) {
    return path.size() <= 16 && ctx::test::is_walkable(path) &&
           std::all_of(path.begin(), path.end(), [](const std::string& header) {
               const auto parsed = ctx::parse_header(header);
               return !parsed->reserved && !parsed->take_first &&
                      (parsed->keyed || (parsed->index && *parsed->index <= 0xffffffff &&
                                         header.size() == 1 + ctx::lexvarint_size(*parsed->index)));
           });
}

void check_rewrites(const ctx::Baggage& baggage, const Atoms& path, std::string_view bytes) {
    const int depth = static_cast<int>(path.size());
    Atoms content;
    for (const std::string& atom : reference_deserialize(bytes).atoms) {
        if (!is_header_atom(atom) || level_of_atom(atom) >= depth) {
            content.push_back(atom);
        }
    }
    demand(content_difference(baggage, path, reference_serialize(content)), "with_content");
    demand(content_difference(baggage, path, {}), "with_content of nothing");
    demand(datum_difference(baggage, path, std::string(bytes.substr(0, bytes.size() % 3))),
           "a datum");
    const TreeBag tree = tree_of(baggage.atoms());
    if (const TreeBag* bag = find_in_tree(tree, path); bag != nullptr && !bag->data.empty()) {
        demand(datum_difference(baggage, path, *bag->data.begin()), "a datum that is there");
    }
}

void check_reader(const ctx::Baggage& baggage, std::string_view script) {
    Atoms names;
    for (const std::string& atom : reference_deserialize(baggage.atoms()).atoms) {
        if (is_header_atom(atom) && can_be_named({header_at_level(atom, 0)})) {
            names.push_back(atom);
        }
    }
    std::vector<unsigned> steps;
    for (const char step : script) {
        steps.push_back(static_cast<unsigned char>(step));
    }
    demand(ReaderWalk(baggage.atoms(), names).run(steps), "the reader");
}

void check_merges(std::string_view a, std::string_view b, std::string_view c) {
    const std::string_view lists[] = {a, b, c};
    const Atoms all = reference_deserialize(ctx::merge_atoms(lists)).atoms;
    const Atoms x = reference_deserialize(a).atoms;
    const Atoms y = reference_deserialize(b).atoms;
    const Atoms z = reference_deserialize(c).atoms;
    CTX_FUZZ_CHECK(all == reference_merge(reference_merge(x, y), z));
    const std::string nested = ctx::merge_atoms(b, ctx::merge_atoms(c, a));
    CTX_FUZZ_CHECK(reference_deserialize(nested).atoms == all);
}

}  // namespace

// The first two bytes choose the path and where the list ends and the content begins.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > 400) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t split = data[1] % (bytes.size() + 1);
    const std::string_view second = bytes.substr(split);
    const auto baggage = ctx::Baggage::from_atoms(bytes.substr(0, split));
    demand(list_difference(baggage.bags()), "the view");
    demand(list_difference(ctx::BagView(baggage.atoms())), "the view of bytes");

    const Atoms path = path_from(reference_deserialize(baggage.atoms()).atoms, data[0]);
    if (can_be_named(path)) {
        check_rewrites(baggage, path, second);
    }
    check_reader(baggage, second);
    check_merges(baggage.atoms(), second, bytes);
    demand(moved_difference(std::string(baggage.atoms()), data[0] % 16, data[1] % 16), "moved");
    return 0;
}
