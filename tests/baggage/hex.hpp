// Bytes as the tests write them.

#pragma once

#include <ctx/baggage/atoms.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

inline std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        hex.push_back(digits[static_cast<unsigned char>(c) >> 4]);
        hex.push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
    return hex;
}

// The serialized list of atoms given in hexadecimal; "" is the overflow marker.
inline std::string list_of(const std::vector<std::string>& atoms) {
    std::string list;
    for (const std::string& atom : atoms) {
        append_atom(list, from_hex(atom));
    }
    return list;
}

// The atoms of a serialized list in hexadecimal.
inline std::vector<std::string> atoms_of(std::string_view list) {
    std::vector<std::string> atoms;
    AtomReader reader(list);
    while (const auto atom = reader.next()) {
        atoms.push_back(to_hex(*atom));
    }
    return atoms;
}

}  // namespace ctx::test
