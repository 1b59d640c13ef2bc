// What a reader of contexts has derived from one and keeps with it: a rendered log fragment, the
// place of a metric's cell. Installed once, shared with the contexts derived from it while trace
// and baggage stay the same, freed with the last of them.

#pragma once

#include <ctx/context/detail/reference_count.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ctx::detail {

enum class FacetSlot : std::uint8_t { log_fragment, dimension_set, spare };
inline constexpr std::size_t facet_slots = 3;

/// The head of every facet; the owner derives from it.
struct Facet {
    ReferenceCount references;
    /// Of the published fields (or whatever the owner derived this from). A reader that finds
    /// another generation ignores the facet.
    std::uint32_t generation = 0;
    void (*destroy)(Facet*) noexcept = nullptr;

    void release() noexcept {
        if (references.release()) destroy(this);
    }
};

}  // namespace ctx::detail
