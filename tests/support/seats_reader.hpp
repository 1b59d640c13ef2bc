// A field of a typed bag for the tests of who reads it: field 3 of bag 10, one byte, as a number.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/field.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx::test {

inline constexpr std::string_view seats_header{"\x02\xf8\x0a\x02\xf0\x03\x02\x00", 8};

/// The only field in it has that many seats.
inline Baggage baggage_with_seats(std::uint8_t seats) {
    std::string atoms(seats_header);
    atoms.push_back(static_cast<char>(seats));
    return Baggage::from_atoms(atoms);
}

/// The text is in the scratch, as that of every number.
inline std::optional<std::string_view> read_seats(const Baggage& baggage, std::uint32_t bag,
                                                  std::uint32_t field,
                                                  FieldScratch& scratch) noexcept {
    const std::size_t at = baggage.atoms().find(seats_header);
    if (bag != 10 || field != 3 || at == std::string_view::npos) return std::nullopt;
    const auto seats = static_cast<unsigned char>(baggage.atoms()[at + seats_header.size()]);
    char* const begin = scratch.bytes.data();
    const char* const end = std::to_chars(begin, begin + scratch.bytes.size(), seats).ptr;
    return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

inline Field seats_field() {
    return Field::of_bag(10, 3, &read_seats, "ride.seats");
}

}  // namespace ctx::test
