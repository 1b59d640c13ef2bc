// ctx/propagation/carrier.hpp: reads and writes the headers of any container, without copying it.
//
//     std::map<std::string, std::string> headers = …;      // or a vector of pairs, a multimap, …
//     ctx::Context caller = ctx::extract(headers);
//
//     template <>
//     struct ctx::CarrierTraits<my::Headers> {              // or a type of your own
//         static void for_each(const my::Headers& headers, auto&& visit) {
//             for (const auto& h : headers.lines()) visit(h.name, h.value);
//         }
//         static void set(my::Headers& headers, std::string_view name, std::string_view value);
//         static void remove(my::Headers& headers, std::string_view name);
//     };
//
// Header names are compared without regard to case and written in lower case, as HTTP/2 and gRPC
// demand. Containers of pairs work as they are when names and values convert to std::string_view;
// a value may also be a range of such (a map of lists).
//
// Threads   Nothing is shared: a carrier is used by the calling thread only, during the call.
// Errors    A type that is no carrier is refused at compile time with the functions it lacks.
//           What the container throws (std::bad_alloc when a header is added) passes through.
// Cost      Reading a name is one walk over the container and compares lengths first; a type that
//           can do better says so with CarrierTraits::find. Nothing is copied.

#pragma once

#include <algorithm>  // std::remove_if
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ctx {

/// How to use `Carrier` as a carrier of headers. Specialise it for a type of your own.
///
/// To be read from it needs one of
/// - `for_each(const Carrier&, visit)`: calls `visit(name, value)`, both std::string_view, for each
///   header line, in order;
/// - `find(const Carrier&, name, visit)`: calls `visit(value)` for each line of the header `name`,
///   which is given in lower case and must match in any case, in order.
///
/// `find_each(const Carrier&, names, visit)`, which calls `visit(i, value)` for each line of each
/// `names[i]`, is for types that find several names in one walk.
///
/// The views must stay valid until extract() returns. With both, `find` is used where the name is
/// known; formats that need to see all names (prefixed baggage headers) see nothing through a type
/// that has only `find`.
///
/// To be written to it needs both of
/// - `set(Carrier&, name, value)`, both std::string_view: afterwards there is exactly one line of
///   that name, in any case, with this value;
/// - `remove(Carrier&, name)`: afterwards there is none.
///
/// `remove_prefixed(Carrier&, prefix)`, afterwards there is no name that begins so, is for types
/// without `for_each`: formats with a header per baggage entry take stale ones away with it.
///
/// A type that can only be added to, or that has a limit over all headers, may name another as its
/// `Staging`: a writable carrier made from `Carrier&`, which is written to instead of it, and whose
/// `commit()` then hands over what was written.
///
/// `static constexpr bool takes_bytes = true` says that values of names that end in `-bin` are
/// bytes, as in the metadata of gRPC, and not base64.
template <typename Carrier>
struct CarrierTraits {};

namespace detail {
constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
}  // namespace detail

/// Whether two header names are the same (RFC 9110 5.1). `lower` must be in lower case.
[[nodiscard]] constexpr bool same_header(std::string_view name, std::string_view lower) noexcept {
    if (name.size() != lower.size()) return false;
    if (name == lower) return true;  // as HTTP/2 and most clients spell it: one memcmp
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (detail::to_lower(name[i]) != lower[i]) return false;
    }
    return true;
}

/// Whether a header name begins so. `prefix` must be in lower case.
[[nodiscard]] constexpr bool header_begins_with(std::string_view name,
                                                std::string_view prefix) noexcept {
    return name.size() >= prefix.size() && same_header(name.substr(0, prefix.size()), prefix);
}

namespace detail {

struct ValueSink {
    void operator()(std::string_view value) const noexcept;
};
struct NumberedSink {
    void operator()(std::size_t i, std::string_view value) const noexcept;
};
struct HeaderSink {
    void operator()(std::string_view name, std::string_view value) const noexcept;
};

template <typename C>
concept HasForEach = requires(const C& carrier, HeaderSink sink) {
    CarrierTraits<C>::for_each(carrier, sink);
};

template <typename C>
concept HasFind = requires(const C& carrier, std::string_view name, ValueSink sink) {
    CarrierTraits<C>::find(carrier, name, sink);
};

template <typename C>
concept HasFindEach = requires(const C& carrier, std::span<const std::string_view> names,
                               NumberedSink sink) {
    CarrierTraits<C>::find_each(carrier, names, sink);
};

template <typename C>
concept HasRemovePrefixed = requires(C& carrier, std::string_view prefix) {
    CarrierTraits<C>::remove_prefixed(carrier, prefix);
};

template <typename C>
concept HasStaging = requires {
    typename CarrierTraits<C>::Staging;
};

template <typename C>
concept TakesBytes = requires {
    requires CarrierTraits<C>::takes_bytes;
};

template <typename T>
concept Text = std::convertible_to<const T&, std::string_view>;

template <typename T>
concept TextList = !Text<T> && std::ranges::input_range<const T> &&
                   std::convertible_to<std::ranges::range_reference_t<const T>, std::string_view>;

/// std::pair<Text, Text or list of Text>, or anything with the same two members.
template <typename P>
concept HeaderPair = requires(const P& pair) {
    requires Text<std::remove_cvref_t<decltype(pair.first)>>;
    requires Text<std::remove_cvref_t<decltype(pair.second)>> ||
        TextList<std::remove_cvref_t<decltype(pair.second)>>;
};

template <typename C>
concept PairRange = std::ranges::input_range<const C> &&
    HeaderPair<std::remove_cvref_t<std::ranges::range_reference_t<const C>>>;

/// Keeps its characters: writing a header into a std::string_view would leave it dangling.
template <typename T>
concept OwnedText =
    Text<T> && !std::is_trivially_copyable_v<T> && std::constructible_from<T, std::string_view> &&
    std::assignable_from<T&, std::string_view>;

template <typename T>
concept OwnedTextList = TextList<T> && requires(T& list, std::string_view text) {
    requires OwnedText<std::ranges::range_value_t<T>>;
    list.clear();
    list.emplace_back(text);
};

template <typename T>
concept Writable = OwnedText<T> || OwnedTextList<T>;

template <typename C>
concept PairMap = PairRange<C> && requires(C& carrier, typename C::iterator at) {
    requires OwnedText<typename C::key_type>;
    requires Writable<typename C::mapped_type>;
    { carrier.erase(at) } -> std::same_as<typename C::iterator>;
};

template <typename C>
concept PairSequence = PairRange<C> && !PairMap<C> && requires(C & carrier) {
    requires OwnedText<typename C::value_type::first_type>;
    requires Writable<typename C::value_type::second_type>;
    carrier.erase(carrier.begin(), carrier.end());
    carrier.emplace_back();
};

template <typename T>
void assign_text(T& to, std::string_view text) {
    if constexpr (TextList<T>) {
        to.clear();
        to.emplace_back(text);
    } else {
        to = text;
    }
}

}  // namespace detail

/// A type that headers can be read from.
template <typename C>
concept ReadableCarrier = detail::HasForEach<C> || detail::HasFind<C>;

/// A type that headers can be written to.
template <typename C>
concept WritableCarrier = requires(C& carrier, std::string_view text) {
    CarrierTraits<C>::set(carrier, text, text);
    CarrierTraits<C>::remove(carrier, text);
};

/// Any range of pairs: maps, multimaps, vectors, spans, arrays.
template <typename C>
requires detail::PairRange<C>
struct CarrierTraits<C> {
    template <typename Visit>
    static void for_each(const C& carrier, Visit&& visit) {
        for (const auto& header : carrier) {
            const std::string_view name{header.first};
            each_value(header.second, [&](std::string_view text) { visit(name, text); });
        }
    }

    template <typename Visit>
    static void find(const C& carrier, std::string_view wanted, Visit&& visit) {
        for (const auto& header : carrier) {
            if (same_header(header.first, wanted)) each_value(header.second, visit);
        }
    }

    /// find() of several names in one walk; calls `visit(i, value)` for a line of `names[i]`.
    template <typename Visit>
    static void find_each(const C& carrier, std::span<const std::string_view> names,
                          Visit&& visit) {
        std::uint64_t sizes = 0;  // few other headers have one of these, modulo 64
        for (const std::string_view wanted : names)
            sizes |= std::uint64_t{1} << wanted.size() % 64;
        for (const auto& header : carrier) {
            const std::string_view name{header.first};
            if ((sizes >> name.size() % 64 & 1U) == 0) continue;
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (!same_header(name, names[i])) continue;
                each_value(header.second, [&](std::string_view text) { visit(i, text); });
            }
        }
    }

    static void set(C& carrier, std::string_view name,
                    std::string_view value) requires detail::PairMap<C> || detail::PairSequence<C> {
        if constexpr (detail::PairMap<C>) {
            set_in_map(carrier, name, value);
        } else {
            set_in_sequence(carrier, name, value);
        }
    }

    static void remove(
        C& carrier, std::string_view name) requires detail::PairMap<C> || detail::PairSequence<C> {
        for (auto at = carrier.begin(); at != carrier.end();) {
            if (same_header(at->first, name)) {
                at = carrier.erase(at);
            } else {
                ++at;
            }
        }
    }

private:
    template <typename Value, typename Visit>
    static void each_value(const Value& value, Visit&& visit) {
        if constexpr (detail::TextList<Value>) {
            for (const auto& line : value)
                visit(std::string_view{line});
        } else {
            visit(std::string_view{value});
        }
    }

    // Keys of a map cannot be changed: an entry of another spelling goes.
    static void set_in_map(C& carrier, std::string_view name, std::string_view value) {
        bool done = false;
        for (auto at = carrier.begin(); at != carrier.end();) {
            if (!same_header(at->first, name)) {
                ++at;
            } else if (!done && std::string_view{at->first} == name) {
                detail::assign_text(at->second, value);
                done = true;
                ++at;
            } else {
                at = carrier.erase(at);
            }
        }
        if (done) return;
        typename C::mapped_type mapped{};
        detail::assign_text(mapped, value);
        carrier.emplace(name, std::move(mapped));
    }

    static void set_in_sequence(C& carrier, std::string_view name, std::string_view value) {
        auto at = carrier.begin();
        while (at != carrier.end() && !same_header(at->first, name))
            ++at;
        if (at == carrier.end()) {
            carrier.emplace_back();
            at = std::prev(carrier.end());
            at->first = name;
        } else {
            if (std::string_view{at->first} != name) at->first = name;
            const auto stale = [name](const auto& pair) { return same_header(pair.first, name); };
            carrier.erase(std::remove_if(std::next(at), carrier.end(), stale), carrier.end());
        }
        detail::assign_text(at->second, value);
    }
};

/// Calls `visit(std::string_view value)` for each line of the header `name` (lower case).
template <ReadableCarrier C, typename Visit>
void carrier_get(const C& carrier, std::string_view name, Visit&& visit) {
    if constexpr (detail::HasFind<C>) {
        CarrierTraits<C>::find(carrier, name, visit);
    } else {
        CarrierTraits<C>::for_each(carrier, [&](std::string_view key, std::string_view value) {
            if (same_header(key, name)) visit(value);
        });
    }
}

namespace detail {

template <typename C>
constexpr void require_readable() {
    static_assert(ReadableCarrier<C>,
                  "ctx: this type cannot be read as a carrier of headers. Use a range of pairs "
                  "(name, value), or specialise ctx::CarrierTraits with for_each(carrier, visit) "
                  "or find(carrier, name, visit); see ctx/propagation/carrier.hpp");
}

template <typename C>
constexpr void require_writable() {
    static_assert(WritableCarrier<C>,
                  "ctx: this type cannot be written as a carrier of headers. Use a map or a vector "
                  "of pairs (name, value), or specialise ctx::CarrierTraits with set(carrier, "
                  "name, value) and remove(carrier, name); see ctx/propagation/carrier.hpp");
}

}  // namespace detail
}  // namespace ctx
