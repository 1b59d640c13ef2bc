// What a join makes of each type of field, and what a proxy makes of it that knows no type.
//
//   $ ./merge_rules
//   string       red | blue               join blue           proxy blue           13 + 14 -> 20
//   bytes …

#include "merge_rules.hpp"

#include <ctx/baggage.hpp>

#include <chrono>
#include <concepts>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace {

using rules::Rules;
constexpr ctx::bdl::BagNumber number{Rules::number};

template <typename T>
std::string text_of(const T& value) {
    std::ostringstream out;
    out << std::boolalpha;
    if constexpr (std::convertible_to<T, std::string>) {
        out << value;
    } else if constexpr (requires { value.has_value(); }) {
        value.has_value() ? out << *value : out << "nothing";
    } else if constexpr (requires { value.begin(); }) {
        const char* separator = "";
        for (const auto& element : value) {
            out << std::exchange(separator, " ");
            if constexpr (requires { element.first; }) {
                out << element.first << '=' << *element.second;
            } else {
                out << element;
            }
        }
    } else {
        out << value;
    }
    return out.str();
}

/// Both branches begin with what `start` sets; what `read` sees after a join, and after a proxy.
template <typename Start, typename Left, typename Right, typename Read>
void show(std::string_view type, std::string_view what, Start start, Left left, Right right,
          Read read) {
    Rules first;
    start(first);
    const ctx::Baggage before = first.applied_to({}, number);
    const auto branch = [&before](auto change) {
        Rules bag = Rules::from(before, number);
        change(bag);
        return bag.applied_to(before, number);
    };
    const ctx::Baggage a = branch(left);
    const ctx::Baggage b = branch(right);
    const ctx::Baggage joined = join(a, b);
    const auto proxied = ctx::Baggage::from_atoms(ctx::merge_atoms(a.atoms(), b.atoms()));
    std::cout << std::left << std::setw(15) << type << std::setw(28) << what << "join "
              << std::setw(11) << text_of(read(Rules::from(joined, number))) << "proxy "
              << std::setw(11) << text_of(read(Rules::from(proxied, number))) << a.atoms().size()
              << " + " << b.atoms().size() << " -> " << joined.atoms().size() << " bytes\n";
}

void nothing(const Rules& /*bag*/) {}

void texts() {
    show(
        "string", "red | blue", nothing, [](Rules& bag) { bag.set_text("red"); },
        [](Rules& bag) { bag.set_text("blue"); }, [](const Rules& bag) { return bag.text(); });
    show(
        "string", "red, then blue | nothing", [](Rules& bag) { bag.set_text("red"); },
        [](Rules& bag) { bag.set_text("blue"); }, nothing,
        [](const Rules& bag) { return bag.text(); });
    show(
        "string", "blue, then red | nothing", [](Rules& bag) { bag.set_text("blue"); },
        [](Rules& bag) { bag.set_text("red"); }, nothing,
        [](const Rules& bag) { return bag.text(); });
}

void numbers() {
    show(
        "bool", "true | false", nothing, [](Rules& bag) { bag.set_flag(true); },
        [](Rules& bag) { bag.set_flag(false); }, [](const Rules& bag) { return bag.flag(); });
    show(
        "int32", "7 | 3", nothing, [](Rules& bag) { bag.set_plain(7); },
        [](Rules& bag) { bag.set_plain(3); }, [](const Rules& bag) { return bag.plain(); });
    show(
        "int32", "-1 | 3", nothing, [](Rules& bag) { bag.set_plain(-1); },
        [](Rules& bag) { bag.set_plain(3); }, [](const Rules& bag) { return bag.plain(); });
    show(
        "sint32", "-1 | 3", nothing, [](Rules& bag) { bag.set_either_sign(-1); },
        [](Rules& bag) { bag.set_either_sign(3); },
        [](const Rules& bag) { return bag.either_sign(); });
    show(
        "sfixed32", "-1 | 3", nothing, [](Rules& bag) { bag.set_four_bytes(-1); },
        [](Rules& bag) { bag.set_four_bytes(3); },
        [](const Rules& bag) { return bag.four_bytes(); });
    show(
        "double", "-2.5 | -0.5", nothing, [](Rules& bag) { bag.set_real(-2.5); },
        [](Rules& bag) { bag.set_real(-0.5); }, [](const Rules& bag) { return bag.real(); });
    show(
        "struct", "{1,9} | {2,3}", nothing,
        [](Rules& bag) {
            bag.set_range({1, 9});
        },
        [](Rules& bag) {
            bag.set_range({2, 3});
        },
        [](const Rules& bag) {
            return '{' + std::to_string(bag.range()->from) + ',' + std::to_string(bag.range()->to) +
                   '}';
        });
}

void ordered() {
    using Clock = std::chrono::system_clock;
    const Clock::time_point noon{std::chrono::hours(12)};
    show(
        "taint", "true | nothing", nothing, [](Rules& bag) { bag.set_sampled(); }, nothing,
        [](const Rules& bag) { return bag.sampled(); });
    show(
        "taint", "true, then false | nothing", [](Rules& bag) { bag.set_sampled(); },
        [](Rules& bag) { bag.set_sampled(false); }, nothing,
        [](const Rules& bag) { return bag.sampled(); });
    show(
        "min<sint32>", "-1 | 3", nothing, [](Rules& bag) { bag.set_least(-1); },
        [](Rules& bag) { bag.set_least(3); }, [](const Rules& bag) { return bag.least(); });
    show(
        "max<int32>", "-1 | 3", nothing, [](Rules& bag) { bag.set_greatest(-1); },
        [](Rules& bag) { bag.set_greatest(3); }, [](const Rules& bag) { return bag.greatest(); });
    show(
        "last<string>", "red 12:00 | blue 12:01", nothing,
        [noon](Rules& bag) { bag.set_newest("red", noon); },
        [noon](Rules& bag) { bag.set_newest("blue", noon + std::chrono::minutes(1)); },
        [](const Rules& bag) { return bag.newest(); });
    show(
        "last<string>", "red 12:02, then 12:01 blue",
        [noon](Rules& bag) { bag.set_newest("red", noon + std::chrono::minutes(2)); },
        [noon](Rules& bag) { bag.set_newest("blue", noon + std::chrono::minutes(1)); }, nothing,
        [](const Rules& bag) { return bag.newest(); });
}

void sets() {
    show(
        "set<string>", "a | b", nothing, [](Rules& bag) { bag.add_tags("a"); },
        [](Rules& bag) { bag.add_tags("b"); }, [](const Rules& bag) { return bag.tags(); });
    show(
        "set<string>", "a, then removed | nothing", [](Rules& bag) { bag.add_tags("a"); },
        [](Rules& bag) { bag.remove_tags("a"); }, nothing,
        [](const Rules& bag) { return bag.tags(); });
}

void maps_and_counters() {
    show(
        "map", "x=1 | x=2 y=3", nothing, [](Rules& bag) { bag.set_labels("x", "1"); },
        [](Rules& bag) {
            bag.set_labels("x", "2");
            bag.set_labels("y", "3");
        },
        [](const Rules& bag) { return bag.labels(); });
    show(
        "counter", "5 | 7", nothing, [](Rules& bag) { bag.increment_rows(5); },
        [](Rules& bag) { bag.increment_rows(7); },
        [](const Rules& bag) { return bag.rows().value(); });
    show(
        "counter", "2, then +5 | +7", [](Rules& bag) { bag.increment_rows(2); },
        [](Rules& bag) { bag.increment_rows(5); }, [](Rules& bag) { bag.increment_rows(7); },
        [](const Rules& bag) { return bag.rows().value(); });
}

void paths_and_bags() {
    show(
        "callpath<3>", "a, then b | c", [](Rules& bag) { bag.add_hops("a"); },
        [](Rules& bag) { bag.add_hops("b"); }, [](Rules& bag) { bag.add_hops("c"); },
        [](const Rules& bag) { return bag.hops(); });
    show(
        "bag", "name=x worst=1 | worst=2", nothing,
        [](Rules& bag) {
            bag.edit_part([](rules::Part& part) {
                part.set_name("x");
                part.set_worst(1);
            });
        },
        [](Rules& bag) { bag.edit_part([](rules::Part& part) { part.set_worst(2); }); },
        [](const Rules& bag) {
            return std::string(bag.part().name().value_or("?")) + ' ' +
                   std::to_string(bag.part().worst().value_or(0));
        });
}

void string_entries() {
    const auto joined = join(ctx::Baggage{}.set("limit", "10"), ctx::Baggage{}.set("limit", "9"));
    const auto limit = ctx::Field{"limit"}.type(ctx::EntryType::int64);
    ctx::FieldScratch scratch;
    std::cout << "entry \"limit\" 10 | 9: find " << *joined.find("limit");
    std::cout << ", least " << limit.value_in(joined, scratch);
    std::cout << ", min " << limit.merge(ctx::MergeRule::min).value_in(joined, scratch);
    std::cout << ", max " << limit.merge(ctx::MergeRule::max).value_in(joined, scratch)
              << ", candidates " << joined.find_all("limit").size() << '\n';
}

/// Every process that counts adds a component: the id is not sent along.
void many_hops() {
    ctx::Baggage baggage;
    std::cout << "counter over hops:";
    for (int hop = 1; hop <= 100; ++hop) {
        baggage = ctx::Baggage::from_atoms(baggage.atoms());
        Rules bag = Rules::from(baggage, number);
        bag.increment_rows();
        baggage = bag.applied_to(baggage, number);
        if (hop == 1 || hop == 10 || hop == 100) {
            std::cout << ' ' << hop << " hops " << baggage.atoms().size() << " bytes"
                      << (hop == 100 ? "\n" : ",");
        }
    }
}

/// What lost stays in the bytes until somebody who knows the field writes it.
void superseded() {
    ctx::Baggage piled;
    for (int i = 1; i <= 5; ++i) {
        Rules bag;
        bag.set_greatest(i);
        piled = join(piled, bag.applied_to({}, number));
    }
    Rules bag = Rules::from(piled, number);
    std::cout << "five values of a max, joined: reads " << *bag.greatest() << ", "
              << piled.atoms().size() << " bytes;";
    bag.set_greatest(*bag.greatest());
    std::cout << " written again: " << bag.applied_to(piled, number).atoms().size() << " bytes\n";
}

}  // namespace

int main() {
    texts();
    numbers();
    ordered();
    sets();
    maps_and_counters();
    paths_and_bags();
    string_entries();
    many_hops();
    superseded();
}
