// What a family keeps behind its lock, and the list that readers walk without it.

#pragma once

#include "metrics/admission.hpp"
#include "metrics/dimension_sets.hpp"
#include <ctx/context/detail/own_process.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/metrics/detail/family.hpp>
#include <ctx/metrics/detail/series.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace ctx::detail {

struct FreeTable {
    void operator()(SeriesTable* table) const noexcept { ::operator delete(table); }
};
using OwnedTable = std::unique_ptr<SeriesTable, FreeTable>;

/// A table with at least `size` places, the first of them taken over from `old`.
OwnedTable make_table(std::uint32_t generation, std::uint32_t size, SeriesTable* old);

struct FamilyState {
    using MakeSeries = std::function<std::unique_ptr<Series>()>;

    explicit FamilyState(FamilyDeclaration declared);
    FamilyState(const FamilyState&) = delete;
    FamilyState& operator=(const FamilyState&) = delete;
    ~FamilyState();

    // All below: with the lock held.
    Row& find_or_add_row(Family& family, std::vector<std::string> values);
    Series* find_or_add_series(Row& row, const DimensionSet& set, const MakeSeries& make);
    /// Remembers the series of a numbered set. @return false where that would take a table that is
    /// mostly empty: numbers are the process's, and a row may see few of them.
    bool number(Row& row, std::uint32_t set_number, Series* series);
    /// Where values can lose their places: takes them from those that did, and moves what their
    /// series counted. No reader may be in the list meanwhile.
    void evict(const MakeSeries& make);
    /// Reads the dimensions' places in a newer declaration; forgets numbers of the older one.
    void adopt(const PublishedFields& fields);

    [[nodiscard]] const std::string& dimension_label(std::size_t index) const noexcept {
        return admissions_[index].label();
    }

    const FamilyDeclaration declaration;
    const bool has_dimensions;
    const bool evicts;
    const OwnProcess process;
    const ExemplarRules exemplars;

    std::atomic<Series*> first{nullptr};
    std::atomic<std::size_t> count{0};

    std::mutex mutex;
    /// Where `evicts`: held while the list is walked, and for evict(); taken before `mutex`.
    std::mutex readers;
    /// What did not fit, for who held the lock to say when he has let go of it: whoever listens may
    /// count something himself.
    std::string complaint;

private:
    /// How a value shows: Admission::Verdict, for longer.
    struct Folded {
        std::string shown;
        bool overflowed = false;
        bool is_new = false;
        bool is_fixed = false;
    };
    [[nodiscard]] const DimensionSet::Value* value_in(const DimensionSet& set,
                                                      std::size_t dimension) const noexcept;
    [[nodiscard]] std::vector<Folded> fold(const DimensionSet& set) const;
    [[nodiscard]] static std::vector<std::string> shown(const std::vector<Folded>& folded);
    void note_use(const DimensionSet& set);
    void report_overflow(const DimensionSet& set, const std::vector<Folded>& folded);
    /// Whether a series with these values counts against max_series: some are there by being first.
    [[nodiscard]] bool is_limited(const std::vector<std::string>& values) const;
    Series* find_or_add_key(Row& row, std::vector<std::string> values, const MakeSeries& make);
    void touch_used(std::int64_t now_ms);
    void retire(const std::vector<Series*>& losers, std::size_t dimension, const MakeSeries& make);
    void retire(Series& series, const std::string& key, Series& target) noexcept;
    void unlink_leaving() noexcept;
    void drain_retired() noexcept;
    [[nodiscard]] std::unique_ptr<Series> take_or_make(const MakeSeries& make);
    Series* add_series(Row& row, std::string key, std::vector<std::string> values,
                       const MakeSeries& make);
    [[nodiscard]] std::string render_labels(const Row& row,
                                            const std::vector<std::string>& values) const;

    std::uint32_t generation_ = 0;
    std::vector<Admission> admissions_;
    std::vector<std::atomic<std::uint64_t>*> overflow_counts_;  // one per dimension
    std::vector<int> field_places_;  // of each dimension among the label fields; -1: not declared
    std::vector<std::unique_ptr<Row>> rows_;
    std::unordered_map<std::string, Row*> rows_by_values_;
    std::unordered_map<std::string, Series*> series_by_key_;
    std::vector<OwnedTable> tables_;  // outgrown ones too: readers may still be in them
    std::size_t limited_series_ = 0;
    Series* last_ = nullptr;
    // No longer in the list. Late additions to a retired series go where its counts went.
    struct Retired {
        std::unique_ptr<Series> series;
        Series* target;
    };
    std::vector<Retired> retired_;
    std::vector<std::unique_ptr<Series>> free_;  // to be used again: nobody may free what is pinned
    DiagnosticLimiter overflow_limiter_;
};

/// Joins texts so that no two different lists give the same key.
std::string join_key(std::uint64_t head, const std::vector<std::string>& texts);

}  // namespace ctx::detail
