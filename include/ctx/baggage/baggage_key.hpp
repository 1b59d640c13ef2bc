// ctx/baggage/baggage_key.hpp: a name under which a string entry can travel.
//
//     baggage = baggage.set("tenant", "acme");             // checked when compiled
//     if (auto key = ctx::BaggageKey::parse(name)) {       // checked when run
//         baggage = baggage.set(*key, value);
//     }
//
// Threads   A value; no restrictions.
// Errors    A literal that is no token does not compile; parse() returns nothing for one.
// Cost      One view. It borrows the characters: a key from parse() lives as long as they do.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ctx {

namespace detail {

/// `token` of RFC 9110: what a key of the `baggage` header may consist of.
[[nodiscard]] constexpr bool is_token_char(char c) noexcept {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        return true;
    }
    return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_token_char(c)) {
            return false;
        }
    }
    return !text.empty();
}

// Not constexpr on purpose: reaching it while compiling is the error message.
inline void the_baggage_key_is_not_a_token() noexcept {}

}  // namespace detail

/// A key that is a token (RFC 9110 section 5.6.2): letters, digits and !#$%&'*+-.^_`|~, at least
/// one. Keys are case-sensitive and never percent-decoded (W3C Baggage section 3.3.1.1).
class BaggageKey {
public:
    /// From a string literal, checked by the compiler.
    template <std::size_t N>
    consteval BaggageKey(const char (&literal)[N])  // NOLINT(google-explicit-constructor)
        : text_(literal, N - 1) {
        if (!detail::is_token(text_)) {
            detail::the_baggage_key_is_not_a_token();
        }
    }

    /// From text known at run time; nothing when it is no token.
    [[nodiscard]] static constexpr std::optional<BaggageKey> parse(std::string_view text) noexcept {
        if (!detail::is_token(text)) {
            return std::nullopt;
        }
        return BaggageKey(text, Checked{});
    }

    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

    friend constexpr bool operator==(BaggageKey a, BaggageKey b) noexcept {
        return a.text_ == b.text_;
    }

private:
    struct Checked {};
    constexpr BaggageKey(std::string_view text, Checked /*unused*/) noexcept : text_(text) {}

    std::string_view text_;
};

}  // namespace ctx
