// ctx/baggage/carriers.hpp: a serialized list of atoms in places that are not made for bytes.
//
//     headers["x-baggage"] = ctx::encode_base64url(baggage.trimmed(512));
//     if (auto bytes = ctx::decode_base64(headers["x-baggage"])) { ... }
//     out << ctx::frame_atoms(baggage.atoms());      // in a stream without lengths of its own
//
// Threads   Pure functions.
// Errors    Decoding returns nothing for what is not of the form. std::bad_alloc only.
// Cost      One pass, one allocation for the result.

#pragma once

#include <ctx/export.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// RFC 4648 section 5, with padding: what HTTP headers carry.
[[nodiscard]] CTX_EXPORT std::string encode_base64url(std::string_view bytes);

/// RFC 4648 section 4, with padding: what text maps of older peers carry.
[[nodiscard]] CTX_EXPORT std::string encode_base64(std::string_view bytes);

/// Either alphabet, padded or not; nothing for any other text, white space included.
[[nodiscard]] CTX_EXPORT std::optional<std::string> decode_base64(std::string_view text);

/// The list behind its length. An empty list is framed too: one byte, 00.
[[nodiscard]] CTX_EXPORT std::string frame_atoms(std::string_view list);

struct FramedAtoms {
    std::string_view list;
    std::size_t consumed = 0;  // with the length
};

/// The framed list at the front of `bytes`; nothing when it is not complete.
[[nodiscard]] CTX_EXPORT std::optional<FramedAtoms> unframe_atoms(std::string_view bytes) noexcept;

}  // namespace ctx
