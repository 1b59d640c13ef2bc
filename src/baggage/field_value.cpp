#include "baggage/field_value.hpp"

#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ctx::detail {
namespace {

template <typename T>
std::optional<T> parse_whole(std::string_view text) noexcept {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end ? std::optional<T>(value) : std::nullopt;
}

template <typename T>
int compare(T a, T b) noexcept {
    return a == b ? 0 : a < b ? -1 : 1;
}

/// By number where the type has an order of numbers, else by bytes. Both are of the type.
int compare_values(EntryType type, std::string_view a, std::string_view b) noexcept {
    switch (type) {
        case EntryType::int64:
            return compare(parse_int64(a).value_or(0), parse_int64(b).value_or(0));
        case EntryType::float64:
            return compare(parse_float64(a).value_or(0), parse_float64(b).value_or(0));
        case EntryType::string:
        case EntryType::boolean:
            break;
    }
    return a.compare(b);
}

bool is_preferred(const Field& field, std::string_view candidate, std::string_view to) noexcept {
    int order = 0;
    if (field.merge() != MergeRule::least) {
        order = compare_values(field.type(), candidate, to);
        order = field.merge() == MergeRule::max ? -order : order;
    }
    return order < 0 || (order == 0 && candidate < to);
}

/// The parts of a list of properties between its ";".
class PropertyPieces {
public:
    explicit PropertyPieces(std::string_view list) noexcept : rest_(list), more_(!list.empty()) {}

    bool next(std::string_view& piece) noexcept {
        if (!more_) {
            return false;
        }
        const std::size_t end = rest_.find(';');
        more_ = end != std::string_view::npos;
        piece = rest_.substr(0, end);
        rest_.remove_prefix(more_ ? end + 1 : rest_.size());
        return true;
    }

private:
    std::string_view rest_;
    bool more_;
};

/// The value of a property named `ttl`, empty when it has none; nothing for other properties.
std::optional<std::string_view> ttl_value(std::string_view piece) noexcept {
    const char* p = piece.data();
    Property property;
    const PropertyStatus status = read_property(p, p + piece.size(), property);
    if (property.key != "ttl") {
        return std::nullopt;
    }
    const bool whole = status == PropertyStatus::ok && p == piece.data() + piece.size();
    return whole ? property.value : std::string_view{};
}

}  // namespace

bool is_of_type(std::string_view text, EntryType type) noexcept {
    switch (type) {
        case EntryType::string:
            return true;
        case EntryType::boolean:
            return text == "true" || text == "false";
        case EntryType::int64:
            return parse_int64(text).has_value();
        case EntryType::float64:
            return parse_float64(text).has_value();
    }
    return false;
}

void fold_candidate(const Field& field, std::string_view candidate,
                    std::optional<std::string_view>& chosen) noexcept {
    if (is_of_type(candidate, field.type()) &&
        (!chosen.has_value() || is_preferred(field, candidate, *chosen))) {
        chosen = candidate;
    }
}

void fold_candidates(const Field& field, std::string_view body,
                     std::optional<std::string_view>& chosen) noexcept {
    AtomReader reader(body);
    while (const auto atom = reader.next()) {
        if (prefix_of(*atom) >= first_header) {
            return;
        }
        if (!atom->empty()) {
            fold_candidate(field, atom->substr(1), chosen);
        }
    }
}

TtlProperty read_ttl(std::string_view properties, std::uint32_t declared) noexcept {
    TtlProperty ttl{declared, false};
    std::size_t found = 0;
    PropertyPieces pieces(properties);
    std::string_view piece;
    while (pieces.next(piece)) {
        const std::optional<std::string_view> value = ttl_value(piece);
        if (value.has_value()) {
            ++found;
            const auto hops = parse_whole<std::uint32_t>(*value);
            ttl.as_written = found == 1 && hops.has_value() && *hops <= declared;
            ttl.hops = std::min(ttl.hops, hops.value_or(declared));
        }
    }
    return ttl;
}

char* write_with_ttl(char* out, std::string_view properties, std::uint32_t hops) noexcept {
    char number[10];
    const char* const number_end = std::to_chars(number, number + sizeof number, hops).ptr;
    const std::string_view digits(number, static_cast<std::size_t>(number_end - number));
    const char* const begin = out;
    const auto separate = [&] {
        if (out != begin) {
            *out++ = ';';
        }
    };
    bool written = false;
    PropertyPieces pieces(properties);
    for (std::string_view piece; pieces.next(piece);) {
        if (!ttl_value(piece).has_value()) {
            separate();
            out = write_text(out, piece);
        } else if (!written) {
            separate();
            out = write_text(write_text(out, "ttl="), digits);
            written = true;
        }
    }
    if (!written) {
        separate();
        out = write_text(write_text(out, "ttl="), digits);
    }
    return out;
}

}  // namespace ctx::detail

namespace ctx {

std::optional<std::int64_t> parse_int64(std::string_view text) noexcept {
    return detail::parse_whole<std::int64_t>(text);
}

std::optional<double> parse_float64(std::string_view text) noexcept {
    const auto value = detail::parse_whole<double>(text);
    return value.has_value() && std::isfinite(*value) ? value : std::nullopt;
}

}  // namespace ctx
