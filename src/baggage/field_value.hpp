// What the text of a string entry means to its declaration: its type, its place under the merge
// rule, how much longer it lives.

#pragma once

#include <ctx/baggage/field.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctx::detail {

[[nodiscard]] bool is_of_type(std::string_view text, EntryType type) noexcept;

/// Which value of an entry readers see: the one the merge rule prefers among those of the type.
/// Ties go to the least in byte order, so that every node chooses the same.
void fold_candidate(const Field& field, std::string_view candidate,
                    std::optional<std::string_view>& chosen) noexcept;

/// fold_candidate() over the data of an entry's body.
void fold_candidates(const Field& field, std::string_view body,
                     std::optional<std::string_view>& chosen) noexcept;

/// What the W3C properties of an entry say about its life.
struct TtlProperty {
    std::uint32_t hops = 0;   // left, at most the declared number
    bool as_written = false;  // exactly one `ttl`, and it says `hops`
};

/// The least of the declared number and of all `ttl` properties; one that is no number of at most
/// 32 bits says nothing.
[[nodiscard]] TtlProperty read_ttl(std::string_view properties, std::uint32_t declared) noexcept;

/// Bytes that writing a `ttl` adds to a list of properties, at most.
inline constexpr std::size_t max_ttl_bytes = 15;

/// Writes the properties with `ttl=<hops>` in the place of the first `ttl`, or at the end; further
/// ones are left out, every other byte stays. Returns the end.
char* write_with_ttl(char* out, std::string_view properties, std::uint32_t hops) noexcept;

}  // namespace ctx::detail
