// Random lists of atoms and headers for property tests; the seed makes a failure repeatable.

#pragma once

#include "baggage/reference.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

namespace ctx::test {

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    // 0 to bound - 1.
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }

    std::string bytes(std::size_t max_size) {
        std::string text(below(max_size + 1), '\0');
        for (char& c : text) {
            c = static_cast<char>(engine_() & 0xff);
        }
        return text;
    }

    // Out of few characters, so that equal ones meet.
    std::string word(std::size_t max_size, const std::string& alphabet = "abc") {
        std::string text(below(max_size) + 1, '\0');
        for (char& c : text) {
            c = alphabet[below(alphabet.size())];
        }
        return text;
    }

    // A list without any structure.
    Atoms atoms(std::size_t max_count) {
        Atoms list(below(max_count + 1));
        for (std::string& atom : list) {
            atom = one_in(6) ? std::string() : one_in(3) ? bytes(4) : word(2);
        }
        return list;
    }

    // A tree of bags whose canonical list is the pre-order walk.
    struct Bag {
        std::set<std::string> data;
        std::map<std::string, std::unique_ptr<Bag>> children;  // by header atom

        bool operator==(const Bag& other) const {
            return data == other.data && children.size() == other.children.size() &&
                   std::equal(children.begin(), children.end(), other.children.begin(),
                              [](const auto& a, const auto& b) {
                                  return a.first == b.first && *a.second == *b.second;
                              });
        }
    };

    std::unique_ptr<Bag> tree(unsigned level = 0) {
        auto bag = std::make_unique<Bag>();
        for (std::size_t i = level == 0 ? 0 : below(3); i > 0; --i) {
            bag->data.insert('\0' + word(1));
        }
        for (std::size_t i = level > 3 ? 0 : below(3) + (level == 0 ? 1 : 0); i > 0; --i) {
            auto child = tree(level + 1);
            if (child->data.empty() && child->children.empty()) {
                continue;
            }
            const bool keyed = one_in(2);
            std::string header(1, static_cast<char>(0x80 | (15 - level) << 3 | (keyed ? 4 : 0)));
            header += keyed ? word(1) : std::string(1, static_cast<char>(below(3)));
            bag->children[header] = std::move(child);
        }
        return bag;
    }

    // The string bag and others, canonical or in the disorder that hostile senders leave.
    std::string string_baggage() {
        Atoms atoms;
        const bool hostile = one_in(3);
        for (std::size_t regions = hostile ? below(4) : 1; regions > 0; --regions) {
            atoms.push_back({'\xf8', '\x00'});
            atoms.push_back({'\xf0', '\x00'});
            std::set<std::string> keys;
            for (std::size_t i = below(4); i > 0; --i) {
                keys.insert(word(2));
            }
            for (const std::string& key : keys) {
                add_entry(atoms, hostile && one_in(2) ? word(2) : key, hostile);
            }
        }
        if (one_in(2)) {
            atoms.insert(atoms.end(), {{'\xf8', '\x05'}, {'\xf0', '\x01'}, '\0' + word(3)});
        }
        if (hostile) {
            for (std::size_t i = below(4); i > 0; --i) {
                const std::size_t at = below(atoms.size() + 1);
                atoms.insert(atoms.begin() + static_cast<std::ptrdiff_t>(at),
                             one_in(3) ? std::string() : bytes(3));
            }
        }
        return reference_serialize(atoms);
    }

private:
    void add_entry(Atoms& atoms, const std::string& key, bool hostile) {
        atoms.push_back('\xec' + key);
        std::set<std::string> values{word(2)};
        if (one_in(4)) {
            values.insert(word(2));
        }
        if (!hostile || !one_in(4)) {
            for (const std::string& value : values) {
                atoms.push_back('\0' + value);
            }
        }
        for (const std::string& value : values) {
            if (one_in(3)) {
                atoms.push_back('\xe4' + value);
                atoms.push_back('\0' + word(2, "pq"));
            }
        }
    }

    std::mt19937 engine_;
};

}  // namespace ctx::test
