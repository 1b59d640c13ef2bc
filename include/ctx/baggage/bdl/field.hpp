// ctx/baggage/bdl/field.hpp: declares a field of a typed bag, for logs, metrics, spans, boundaries.
//
//     auto tenant = ctx::bdl::field<ctx::bdl::String>(10, 1, "tenant").log().label("tenant");
//     ctx::publish_fields(*ctx::FieldSet::create({tenant}));
//
// ctx-bdl writes these calls from the attributes of a .bb file: `Tenant::fields()`.
//
// Threads   Pure functions.
// Errors    Types that hold more than one value have no text: they can be kept from destinations,
//           but readers never see them.
// Cost      Reading is one pass over the bag. Text is borrowed from the baggage, but for the
//           greatest of texts (max<string>), of which readers see the first 40 bytes.

#pragma once

#include <ctx/baggage/bdl/counter.hpp>
#include <ctx/baggage/bdl/ordered.hpp>
#include <ctx/baggage/bdl/scalar.hpp>
#include <ctx/baggage/field.hpp>
#include <ctx/baggage/utf8.hpp>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx::bdl {

namespace detail {

/// A value as readers show it: decimal, `true`, or the text itself.
template <typename Value>
[[nodiscard]] std::string_view show(const Value& value, FieldScratch& scratch) noexcept {
    if constexpr (std::same_as<Value, std::string_view>) {
        return value;
    } else if constexpr (std::same_as<Value, std::string>) {
        const std::string_view shown = utf8_prefix(value, scratch.bytes.size());
        shown.copy(scratch.bytes.data(), shown.size());
        return {scratch.bytes.data(), shown.size()};
    } else if constexpr (std::same_as<Value, bool>) {
        return value ? "true" : "false";
    } else {
        char* const begin = scratch.bytes.data();
        const auto written = std::to_chars(begin, begin + scratch.bytes.size(), value);
        return {begin, static_cast<std::size_t>(written.ptr - begin)};
    }
}

/// Whether a type holds one value that can be shown: not a set, a map, a struct, a callpath.
template <typename Type>
concept Showable = std::same_as<Type, Counter> || std::same_as<Type, Taint> ||
    (SingleValued<Type> &&
     (std::integral<typename Type::Value> || std::floating_point<typename Type::Value> ||
      std::convertible_to<typename Type::Value, std::string_view>));

template <typename Type>
[[nodiscard]] std::optional<std::string_view> read_as_text(const Baggage& baggage,
                                                           std::uint32_t bag, std::uint32_t field,
                                                           FieldScratch& scratch) noexcept {
    const BagView content = baggage.bag(bag).child(std::uint64_t{field});
    if (!content.present()) {
        return std::nullopt;
    }
    if constexpr (!Showable<Type>) {
        return std::nullopt;
    } else if constexpr (std::same_as<Type, Counter>) {
        return show(Type::read(content).value(), scratch);
    } else if constexpr (std::same_as<Type, Taint>) {
        return show(Type::read(content), scratch);
    } else {
        const auto value = Type::read(content);
        return value.has_value() ? std::optional(show(*value, scratch)) : std::nullopt;
    }
}

}  // namespace detail

/// The field `index` of bag `number`, to be declared; `name` is what logs call it unless told
/// otherwise.
template <typename Type>
[[nodiscard]] Field field(std::uint32_t number, std::uint32_t index, std::string_view name) {
    return Field::of_bag(number, index, &detail::read_as_text<Type>, name);
}

}  // namespace ctx::bdl
