// ctx/logging/spdlog/kv.hpp: what ctx::log::info() and its sisters take besides a message.
//
//     ctx::log::info("order {} accepted", id, kv("tenant", tenant), kv("took", 3ms));
//     ctx::log::error("no answer", err(code));             // error.code, error.category, …
//     ctx::log::warn("odd", kv("body", ctx::log::json(text)), kv("key", ctx::log::bytes(digest)));
//
// A kv() keeps its type: numbers, booleans, texts, null (nullptr, an empty std::optional), trace and
// span ids; durations as a number under the key with `_ns`, `_us`, `_ms` or `_s` behind it; time
// points as UTC in RFC 3339; an enumeration without a formatter as its number. Anything else that
// spdlog could format is shown as that text; the rest does not compile.
//
// Threads   Values, borrowed: to be used in the call that they are made for.
// Errors    What a formatter throws is shown in the value's place.
// Cost      One copy into a buffer on the stack; formatted values are formatted at the call.

#pragma once

#include <ctx/baggage/utf8.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/values.hpp>

#include <spdlog/common.h>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace ctx::log {

/// JSON to be put into the line as it is; what is no JSON value is shown as text.
struct json {  // NOLINT(readability-identifier-naming): reads as what it is
    constexpr explicit json(std::string_view value) noexcept : text(value) {}
    std::string_view text;
};

/// Bytes to be shown in hexadecimal.
struct bytes {  // NOLINT(readability-identifier-naming): reads as what it is
    constexpr explicit bytes(std::string_view value) noexcept : data(value) {}
    bytes(const void* begin, std::size_t size) noexcept
        : data(static_cast<const char*>(begin), size) {}
    explicit bytes(std::span<const std::byte> value) noexcept : bytes(value.data(), value.size()) {}
    explicit bytes(std::span<const unsigned char> value) noexcept
        : bytes(value.data(), value.size()) {}
    std::string_view data;
};

/// A value and its name, both borrowed.
template <typename T>
struct NamedValue {
    std::string_view key;
    const T& value;
};

/// Names a value of a log line.
template <typename T>
[[nodiscard]] constexpr NamedValue<T> kv(std::string_view key, const T& value) noexcept {
    return {key, value};
}

/// What went wrong, as several values: `error.code`, `error.category` and `error.message` of an
/// std::error_code; `exception.type` and `exception.message` of an exception, and the code and
/// category of a std::system_error.
struct ErrorValue {
    std::error_code code = {};
    const std::exception* exception = nullptr;
    std::exception_ptr pointer = nullptr;
    bool has_code = false;
};
[[nodiscard]] inline ErrorValue err(const std::error_code& code) noexcept {
    return {code, nullptr, nullptr, true};
}
[[nodiscard]] inline ErrorValue err(std::errc code) noexcept {
    return err(std::make_error_code(code));
}
/// @param number  of the operating system: err(errno)
[[nodiscard]] inline ErrorValue err(int number) noexcept {
    return err(std::error_code{number, std::system_category()});
}
[[nodiscard]] inline ErrorValue err(const std::exception& exception) noexcept {
    return {{}, &exception, nullptr, false};
}
/// For `catch (...)`: err(std::current_exception()).
[[nodiscard]] inline ErrorValue err(std::exception_ptr exception) noexcept {
    return {{}, nullptr, std::move(exception), false};
}

namespace detail {

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_duration = false;
template <typename Rep, typename Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <typename T>
inline constexpr bool is_time_point = false;
template <typename Duration>
inline constexpr bool is_time_point<std::chrono::time_point<std::chrono::system_clock, Duration>> =
    true;

/// The key with a unit behind it, on the stack.
class KeyWithUnit {
public:
    KeyWithUnit(std::string_view key, std::string_view unit) noexcept {
        size_ = utf8_prefix(key, max_key_bytes - 3).copy(text_.data(), max_key_bytes - 3);
        size_ += unit.copy(text_.data() + size_, 3);
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

private:
    std::array<char, max_key_bytes> text_;  // NOLINT(*-member-init): written before it is read
    std::size_t size_ = 0;
};

CTX_EXPORT void add_time(ValueBuffer& out, std::string_view key,
                         std::chrono::system_clock::time_point time) noexcept;
CTX_EXPORT void add_format_error(ValueBuffer& out, std::string_view key, const char* what) noexcept;
CTX_EXPORT void add_error(ValueBuffer& out, const ErrorValue& error) noexcept;

template <typename Rep, typename Period>
void add_duration(ValueBuffer& out, std::string_view key,
                  std::chrono::duration<Rep, Period> value) noexcept {
    constexpr std::string_view unit = std::is_same_v<Period, std::nano>    ? "_ns"
                                      : std::is_same_v<Period, std::micro> ? "_us"
                                      : std::is_same_v<Period, std::milli> ? "_ms"
                                                                           : "_s";
    const KeyWithUnit name{key, unit};
    constexpr bool is_fraction = std::floating_point<Rep> || (unit == "_s" && Period::den != 1);
    using Unit = std::conditional_t<unit == "_s", std::ratio<1>, Period>;
    const std::chrono::duration<double, Unit> exact{value};
    if constexpr (is_fraction) {
        out.add(name.text(), exact.count());
    } else if (std::abs(exact.count()) >= 9.2e18) {
        out.add(name.text(), exact.count());  // more than an integer holds
    } else {
        const auto whole =
            std::chrono::duration_cast<std::chrono::duration<std::int64_t, Unit>>(value);
        out.add(name.text(), whole.count());
    }
}

/// Of any clock that counts from 1970; nanoseconds reach three centuries.
template <typename Duration>
void add_time_point(ValueBuffer& out, std::string_view key,
                    std::chrono::time_point<std::chrono::system_clock, Duration> time) noexcept {
    using Clock = std::chrono::system_clock;
    const std::chrono::duration<double> seconds{time.time_since_epoch()};
    if (std::abs(seconds.count()) < 9.2e9) {
        add_time(out, key, std::chrono::time_point_cast<Clock::duration>(time));
    } else {
        out.add(key, seconds.count());  // seconds since 1970
    }
}

template <typename Id>
void add_id(ValueBuffer& out, std::string_view key, const Id& id) noexcept {
    std::array<char, Id::hex_digits> hex;
    id.write_hex(hex.data());
    out.add(key, std::string_view{hex.data(), hex.size()});
}

template <typename T>
void add_formatted(ValueBuffer& out, std::string_view key, const T& value) noexcept {
    try {
        const std::string text = spdlog::fmt_lib::format("{}", value);
        out.add(key, std::string_view{text});
    } catch (const std::exception& error) {
        add_format_error(out, key, error.what());
    } catch (...) {
        add_format_error(out, key, "its formatter threw");
    }
}

/// Of a type of somebody else's, whose conversion may throw.
template <typename Text, typename T>
void add_converted(ValueBuffer& out, std::string_view key, const T& value) noexcept {
    try {
        out.add(key, static_cast<Text>(value));
    } catch (...) {
        add_format_error(out, key, "its conversion threw");
    }
}

template <typename T>
void add_value(ValueBuffer& out, std::string_view key, const T& value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
        out.add(key, value);
    } else if constexpr (std::is_same_v<T, char>) {
        out.add(key, std::string_view{&value, 1});
    } else if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
        out.add_null(key);
    } else if constexpr (std::signed_integral<T>) {
        out.add(key, static_cast<std::int64_t>(value));
    } else if constexpr (std::unsigned_integral<T>) {
        out.add(key, static_cast<std::uint64_t>(value));
    } else if constexpr (std::floating_point<T>) {
        out.add(key, static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, json>) {
        out.add_json(key, value.text);
    } else if constexpr (std::is_same_v<T, bytes>) {
        out.add_bytes(key, value.data);
    } else if constexpr (std::is_same_v<T, TraceId> || std::is_same_v<T, SpanId>) {
        add_id(out, key, value);
    } else if constexpr (std::is_convertible_v<const T&, const char*>) {
        add_converted<const char*>(out, key, value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        add_converted<std::string_view>(out, key, value);
    } else if constexpr (requires { static_cast<std::string_view>(value.native()); }) {
        add_converted<std::string_view>(out, key, value.native());  // a path
    } else if constexpr (std::is_same_v<T, std::error_code>) {
        add_formatted(out, key, value.message());
    } else if constexpr (is_optional<T>) {
        value ? add_value(out, key, *value) : out.add_null(key);
    } else if constexpr (is_duration<T>) {
        add_duration(out, key, value);
    } else if constexpr (is_time_point<T>) {
        add_time_point(out, key, value);
    } else if constexpr (spdlog::fmt_lib::is_formattable<T>::value) {
        add_formatted(out, key, value);
    } else if constexpr (std::is_enum_v<T>) {
        add_value(out, key, static_cast<std::underlying_type_t<T>>(value));
    } else {
        static_assert(is_optional<T>,
                      "kv(): no number, text, duration or time, and not formattable: include "
                      "<spdlog/fmt/ranges.h> for containers, <spdlog/fmt/chrono.h> or "
                      "<spdlog/fmt/ostr.h>, or give a text");
    }
}

template <typename T>
inline constexpr bool is_value = false;
template <typename T>
inline constexpr bool is_value<NamedValue<T>> = true;
template <>
inline constexpr bool is_value<ErrorValue> = true;

/// Adds `argument` if it is a value; an argument of the message is not.
template <typename T>
void add_if_value(ValueBuffer& out, const T& argument) noexcept {
    if constexpr (std::is_same_v<T, ErrorValue>) {
        add_error(out, argument);
    } else if constexpr (is_value<T>) {
        add_value(out, argument.key, argument.value);
    }
}

}  // namespace detail
}  // namespace ctx::log
