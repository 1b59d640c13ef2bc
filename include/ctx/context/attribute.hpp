// ctx/context/attribute.hpp: a named value that describes a span, an event or a resource.
//
//     span.set_attribute("http.route", "/orders/{id}");
//     span.add_event("retry", {{"attempt", 2}, {"reason", "timeout"}});
//
// Threads   A borrowed view: valid as long as the text it points to.
// Errors    Nothing here fails.
// Cost      Two words for the key, three for the value; nothing is copied or allocated.

#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace ctx {

/// A value of one of OpenTelemetry's primitive attribute types, text borrowed.
using AttributeValue = std::variant<bool, std::int64_t, double, std::string_view>;

/// A key and its value, both borrowed.
struct Attribute {
    std::string_view key;
    AttributeValue value;

    Attribute(std::string_view k, std::string_view v) noexcept : key(k), value(v) {}
    Attribute(std::string_view k, const char* v) noexcept : key(k), value(std::string_view{v}) {}
    Attribute(std::string_view k, const std::string& v) noexcept : key(k), value(v) {}
    Attribute(std::string_view k, bool v) noexcept : key(k), value(v) {}
    template <std::floating_point T>
    Attribute(std::string_view k, T v) noexcept : key(k), value(static_cast<double>(v)) {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) Attribute(std::string_view k, T v)
    noexcept : key(k), value(static_cast<std::int64_t>(v)) {}
    Attribute(std::string_view k, const AttributeValue& v) noexcept : key(k), value(v) {}
};

}  // namespace ctx
