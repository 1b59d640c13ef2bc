// From the current context to the series to update: two array lookups. Inline because the whole
// update is to cost little more than its atomic add (bench/metrics_bench.cpp).

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/context/detail/node.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/detail/dimension_set.hpp>
#include <ctx/metrics/detail/exemplar_rules.hpp>

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

    /// Adds what was counted to `target` and starts at 0 again; other threads may still be adding.
    virtual void move_into(Series& /*target*/) noexcept {}
    /// With no other thread in it, and after move_into(): the series is about to get other labels.
    virtual void reset() noexcept {}

    void pin() noexcept { pins.fetch_add(1, std::memory_order_seq_cst); }
    void unpin() noexcept { pins.fetch_sub(1, std::memory_order_release); }

    Row* row = nullptr;
    std::atomic<Series*> next{nullptr};  // the family's list, which readers walk without a lock
    // Where values can lose their places: who is updating, and how often the series had other
    // labels. Who pins looks at `life` afterwards, who ends a life at `pins`: one sees the other.
    std::atomic<std::uint32_t> pins{0};
    std::atomic<std::uint32_t> life{0};
    std::atomic<bool> used{false};        // by a request that knew it, since the last reading
    bool limited = false;                 // counts against max_series
    bool leaving = false;                 // is being unlinked
    bool is_target = false;               // of a retired one
    std::vector<std::string> dimensions;  // values in the order of the family's dimensions
    std::string labels;                   // `a="b",c="d"`
};

/// The series of one row by the number of the dimension set. Grows by being replaced. Its places
/// stand behind it.
struct alignas(std::atomic<Series*>) SeriesTable {
    std::uint32_t generation = 0;  // of the published fields that the numbers belong to
    std::uint32_t size = 0;
    std::uint32_t used = 0;  // by whoever holds the family's lock

    [[nodiscard]] std::atomic<Series*>* begin() noexcept {
        return reinterpret_cast<std::atomic<Series*>*>(this + 1);
    }
};

/// The series with the same values of the static labels.
struct Row {
    std::atomic<SeriesTable*> table{nullptr};
    Family* family = nullptr;
    bool has_dimensions = false;
    bool evicts = false;                       // find() finds nothing: the table is empty
    std::atomic<Series*> absent{nullptr};      // then: of requests without baggage
    const ExemplarRules* exemplars = nullptr;  // null: none
    std::uint64_t id = 0;                      // never used twice in a process
    std::vector<std::string> values;           // of the static labels

    /// The series of `node`'s request if it was found before.
    [[nodiscard]] Series* find(const Node* node) noexcept {
        SeriesTable* const numbered = table.load(std::memory_order_acquire);
        std::uint32_t number = 0;  // of the set in which every field is absent
        if (has_dimensions && node != nullptr) {
            const auto* facet =
                static_cast<const DimensionFacet*>(facet_of(*node, FacetSlot::dimension_set));
            if (facet == nullptr || facet->generation != numbered->generation) return nullptr;
            number = facet->number;
        }
        if (number >= numbered->size) return nullptr;
        return numbered->begin()[number].load(std::memory_order_acquire);
    }

    /// Makes it if need be; pinned if the row evicts. Null when there is no memory.
    [[nodiscard]] CTX_EXPORT Series* find_slowly(const Node* node) noexcept;
};

/// Ends the pin that find_slowly() gave.
class Unpin {
public:
    Unpin(const Row& row, Series& series) noexcept : series_(row.evicts ? &series : nullptr) {}
    Unpin(const Unpin&) = delete;
    Unpin& operator=(const Unpin&) = delete;
    ~Unpin() {
        if (series_ != nullptr) series_->unpin();
    }

private:
    Series* series_;
};

/// Counts an observation that has no meaning: NaN, a negative increment.
CTX_EXPORT void refuse_observation() noexcept;

/// Counts an update that was lost for lack of memory.
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
