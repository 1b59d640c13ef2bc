// From the current context to the series to update: two array lookups. Inline because the whole
// update is to cost little more than its atomic add (bench/metrics_bench.cpp).

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/context/detail/node.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/detail/dimension_set.hpp>
#include <ctx/metrics/detail/exemplar_slot.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::detail {

class Family;
struct Row;

/// What every series has; what is counted stands in the types derived from it, on cache lines of
/// their own. Never freed before its family.
struct Series {
    Series() = default;
    Series(const Series&) = delete;
    Series& operator=(const Series&) = delete;
    virtual ~Series() = default;

    /// What a reader will need next, to be fetched ahead; may be null.
    [[nodiscard]] virtual const void* exemplars_at() const noexcept { return nullptr; }

    const Row* row = nullptr;
    std::atomic<Series*> next{nullptr};   // the family's list, which readers walk without a lock
    std::vector<std::string> dimensions;  // values in the order of the family's dimensions
    std::string labels;                   // `a="b",c="d"`
};

/// The series of one row by the number of the dimension set. Grows by being replaced.
struct SeriesTable {
    std::uint32_t generation = 0;  // of the published fields that the numbers belong to
    std::uint32_t size = 0;

    [[nodiscard]] std::atomic<Series*>* begin() noexcept {
        return reinterpret_cast<std::atomic<Series*>*>(this + 1);
    }
};

/// The series with the same values of the static labels.
struct Row {
    std::atomic<SeriesTable*> table{nullptr};
    Family* family = nullptr;
    bool has_dimensions = false;
    bool has_exemplars = false;
    std::uint64_t id = 0;             // never used twice in a process
    std::vector<std::string> values;  // of the static labels

    /// The series of `node`'s request, or null when it could not be made for lack of memory.
    [[nodiscard]] Series* find(const Node* node) noexcept {
        SeriesTable* const numbered = table.load(std::memory_order_acquire);
        std::uint32_t number = 0;  // of the set in which every field is absent
        if (has_dimensions && node != nullptr) {
            const auto* facet =
                static_cast<const DimensionFacet*>(facet_of(*node, FacetSlot::dimension_set));
            if (facet == nullptr || facet->generation != numbered->generation) {
                return find_slowly(node);
            }
            number = facet->number;
        }
        if (number >= numbered->size) return find_slowly(node);
        Series* series = numbered->begin()[number].load(std::memory_order_acquire);
        return series != nullptr ? series : find_slowly(node);
    }

    [[nodiscard]] CTX_EXPORT Series* find_slowly(const Node* node) noexcept;
};

/// Whether an observation made under `node` may become an exemplar.
[[nodiscard]] inline bool may_be_exemplar(const Row& row, const Node* node,
                                          const std::atomic<ExemplarSlot*>& place,
                                          std::uint64_t draw) noexcept {
    if (!row.has_exemplars || node == nullptr || !node->flags.sampled() || !node->span)
        return false;
    const ExemplarSlot* slot = place.load(std::memory_order_acquire);
    return slot == nullptr || slot->wants_another(draw);
}

/// Stores the observation in `place` if its gate is open and the trace is kept.
CTX_EXPORT void offer_exemplar(const Row& row, std::atomic<ExemplarSlot*>& place, const Node& node,
                               double value) noexcept;

/// Counts an observation that has no meaning: NaN, a negative increment.
CTX_EXPORT void refuse_observation() noexcept;

/// Counts an update that was dropped for lack of memory.
CTX_EXPORT void lose_update() noexcept;

/// Relaxed addition to a double: libstdc++ 12's fetch_add is the same loop, sequentially
/// consistent by default. @return the value before.
inline double add_relaxed(std::atomic<double>& sum, double value) noexcept {
    double seen = sum.load(std::memory_order_relaxed);
    while (!sum.compare_exchange_weak(seen, seen + value, std::memory_order_relaxed)) {
    }
    return seen;
}

}  // namespace ctx::detail
