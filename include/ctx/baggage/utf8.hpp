// ctx/baggage/utf8.hpp: text that arrives from others becomes valid UTF-8 before anybody prints it.
//
//     std::string line;
//     ctx::append_valid_utf8(line, untrusted);         // ill-formed parts become U+FFFD
//     ctx::utf8_prefix(line, 64);                      // at most 64 bytes, no half character
//
// Threads   Pure functions.
// Errors    Any bytes are accepted. append_valid_utf8() throws std::bad_alloc only.
// Cost      ASCII is skipped eight bytes at a time; no allocation but the caller's string.

#pragma once

#include <ctx/export.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ctx {

/// Well-formed UTF-8 (Unicode 15, table 3-7): no surrogates, no overlong forms, at most U+10FFFF.
[[nodiscard]] CTX_EXPORT bool is_valid_utf8(std::string_view text) noexcept;

/// Appends `text`, each maximal ill-formed subpart replaced by one U+FFFD (EF BF BD), as the
/// Unicode standard recommends in section 3.9.
CTX_EXPORT void append_valid_utf8(std::string& out, std::string_view text);

/// Bytes that append_valid_utf8() would append.
[[nodiscard]] CTX_EXPORT std::size_t valid_utf8_size(std::string_view text) noexcept;

/// The longest prefix of at most `max_bytes` that does not end inside a character.
[[nodiscard]] CTX_EXPORT std::string_view utf8_prefix(std::string_view text,
                                                      std::size_t max_bytes) noexcept;

/// Number of code points that append_valid_utf8() would append: an ill-formed subpart counts as
/// one.
[[nodiscard]] CTX_EXPORT std::size_t count_code_points(std::string_view text) noexcept;

namespace detail {

/// append_valid_utf8() into memory of the caller, who provides `valid_utf8_size(text)` bytes.
/// Returns the end.
CTX_EXPORT char* write_valid_utf8(char* out, std::string_view text) noexcept;

/// Length of the well-formed character at the front of `text` (1 to 4), or, negated, of the
/// maximal ill-formed subpart there (-1 to -3). `text` must not be empty.
[[nodiscard]] CTX_EXPORT int utf8_step(std::string_view text) noexcept;

}  // namespace detail

}  // namespace ctx
