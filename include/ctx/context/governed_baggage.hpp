// ctx/context/governed_baggage.hpp: changes the baggage of a context as the declaration allows.
//
//     ctx::Scope scope{ctx::set_baggage(ctx::current(), "tenant", tenant)};
//
// Size limit, type and ttl of the published fields (ctx/context/fields.hpp) are enforced; the audit
// callback (audit.hpp) hears what happened, and where. Baggage::set() is the same without either.
//
// Threads   Safe from any thread.
// Errors    What the declaration does not allow is cut or dropped, counted in ctx::stats() and
//           told to the audit callback. std::bad_alloc only.
// Cost      Two allocations: the baggage and the context. The declaration adds one lookup.

#pragma once

#include <ctx/baggage/governance.hpp>
#include <ctx/context/context.hpp>
#include <ctx/export.hpp>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace ctx {

/// `context` with that entry. A value that is not of the declared type, or a number over the
/// declared limit, leaves the entry as it was; longer text is cut between characters.
[[nodiscard]] CTX_EXPORT Context set_baggage(ContextView context, BaggageKey key,
                                             std::string_view value,
                                             const char* file = __builtin_FILE(),
                                             int line = __builtin_LINE());

/// `context` without that entry.
[[nodiscard]] CTX_EXPORT Context remove_baggage(ContextView context, std::string_view key,
                                                const char* file = __builtin_FILE(),
                                                int line = __builtin_LINE());

namespace detail {

/// One bit per direction and Destination: whether the published declaration may change anything
/// there. Partners and outside always, so before the first publish_fields() too.
inline constexpr std::uint32_t governs_sending = 1;          // shifted by the Destination
inline constexpr std::uint32_t governs_admission = 1U << 8;  // likewise
CTX_EXPORT extern std::atomic<std::uint32_t> governed_directions;

[[nodiscard]] inline bool is_governed(std::uint32_t direction, Destination peer) noexcept {
    return (governed_directions.load(std::memory_order_relaxed) &
            (direction << static_cast<unsigned>(peer))) != 0;
}

/// outgoing(), with room in the default header where priorities are declared, and admitted(), by
/// the published declaration; counted and told.
[[nodiscard]] CTX_EXPORT Baggage send_governed(const Baggage& baggage, Destination to);
[[nodiscard]] CTX_EXPORT Baggage admit_governed(const Baggage& baggage, Destination from);

}  // namespace detail

}  // namespace ctx
