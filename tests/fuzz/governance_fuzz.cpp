// What a declaration makes of hostile baggage, as a header and as atoms: nothing passes that may
// not, what passes is well-formed, and doing it twice is doing it once.

#include "fuzz/check.hpp"
#include <ctx/baggage.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace {

using ctx::Baggage;
using ctx::Destination;
using ctx::Field;
using ctx::FieldSet;
using ctx::Send;

std::optional<std::string_view> read_nothing(const Baggage& /*baggage*/, std::uint32_t /*bag*/,
                                             std::uint32_t /*field*/,
                                             ctx::FieldScratch& /*scratch*/) noexcept {
    return std::nullopt;
}

FieldSet declare() {
    return *FieldSet::create(
        {Field{"a"}.send(Send::outside).max_bytes(4),
         Field{"b"}.send(Send::partner).type(ctx::EntryType::int64).merge(ctx::MergeRule::max),
         Field{"t"}.send(Send::outside).ttl(3), Field{"n"}.send(Send::none),
         Field::of_bag(10, 3, &read_nothing, "bag").send(Send::partner),
         Field::of_bag(9, 1, &read_nothing, "local").send(Send::none)});
}

const FieldSet& declared() {
    static const FieldSet fields = declare();
    return fields;
}

std::size_t markers(std::string_view atoms) {
    std::size_t count = 0;
    for (ctx::AtomReader reader{atoms}; const auto atom = reader.next();)
        count += atom->empty() ? 1 : 0;
    return count;
}

/// No header stands before one of its own level or above, nor at the end.
bool has_no_empty_header(std::string_view atoms) {
    std::optional<unsigned> open;
    for (ctx::AtomReader reader{atoms}; const auto atom = reader.next();) {
        const auto header = ctx::parse_header(*atom);
        if (header && open && header->level <= *open) return false;
        open = header ? std::optional{header->level} : std::nullopt;
    }
    return !open;
}

enum class Way { in, out };

bool may_pass(std::string_view key, Destination peer, Way way) {
    const Field* field = declared().find_entry(key);
    if (peer == Destination::inside && (way == Way::in || field == nullptr)) return true;
    return field != nullptr && reaches(field->send(), peer);
}

void check_result(const Baggage& before, const Baggage& after, Destination peer, Way way) {
    ctx::AtomReader reader{after.atoms()};
    while (reader.next()) {
    }
    CTX_FUZZ_CHECK(!reader.damaged());
    CTX_FUZZ_CHECK(markers(after.atoms()) == markers(before.atoms()));
    for (const ctx::BaggageEntry& entry : after)
        CTX_FUZZ_CHECK(may_pass(entry.key, peer, way));
    CTX_FUZZ_CHECK(peer == Destination::inside || has_no_empty_header(after.atoms()));
}

/// The header says what the atoms say, for keys that it can say.
void check_header(const Baggage& baggage) {
    ctx::W3CBaggageWriter writer{{256, 1U << 20}};
    const Baggage again = ctx::parse_baggage(writer.write(baggage), {256, 1U << 20});
    for (const ctx::BaggageEntry& entry : again)
        CTX_FUZZ_CHECK(ctx::is_valid_utf8(entry.value) &&
                       (baggage.find(entry.key) == entry.value ||
                        !ctx::is_valid_utf8(*baggage.find(entry.key))));
}

void check(const Baggage& baggage) {
    for (const Destination peer :
         {Destination::inside, Destination::partner, Destination::outside}) {
        const Baggage admitted = ctx::admitted(baggage, declared(), peer);
        check_result(baggage, admitted, peer, Way::in);
        check_header(admitted);
        CTX_FUZZ_CHECK(ctx::admitted(admitted, declared(), peer).buffer() == admitted.buffer());
        const Baggage sent = ctx::outgoing(admitted, declared(), peer);
        check_result(admitted, sent, peer, Way::out);
        check_header(sent);
    }
    // A ttl of 3 is used up after three hops, whatever the properties say.
    Baggage travelling = baggage;
    for (int hop = 0; hop < 4; ++hop)
        travelling = ctx::outgoing(travelling, declared(), Destination::inside);
    CTX_FUZZ_CHECK(!travelling.contains("t"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const Baggage header = ctx::parse_baggage(input);
    const Baggage atoms = Baggage::from_atoms(input);
    check(header);
    check(atoms);
    check(join(header, atoms));
    return 0;
}
