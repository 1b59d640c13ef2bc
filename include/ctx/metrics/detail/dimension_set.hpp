// The values of all label fields that a request's baggage has, found once per context: equal values
// have one number, and a family finds the series of a number in an array.

#pragma once

#include <ctx/context/detail/facet.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace ctx::detail {

struct DimensionSet;
struct Series;

/// Numbers are given to this many sets, the first to come; more would let a flood of made-up values
/// fill the memory. The rest work too, a little slower.
inline constexpr std::uint32_t max_numbered_sets = 16'384;
inline constexpr std::uint32_t no_set_number = 0xffff'ffff;

/// What a context node keeps. `generation` is that of the published fields.
struct DimensionFacet : Facet {
    /// Where the set has no number, the row's table does not reach to it, or values can lose their
    /// places: the series of the few rows that this request touched.
    struct Recent {
        std::atomic<std::uint64_t> row{0};  // 0: free, 1: being filled, else Row::id
        Series* series = nullptr;
        std::uint32_t life = 0;  // Series::life at that time
    };

    std::uint32_t number = no_set_number;
    bool owns_set = false;
    const DimensionSet* set = nullptr;
    std::array<Recent, 4> recent{};
};

}  // namespace ctx::detail
