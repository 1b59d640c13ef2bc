#include "metrics/dimension_sets.hpp"
#include "metrics/family_state.hpp"
#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/metrics/detail/family.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <algorithm>
#include <mutex>
#include <new>
#include <string>
#include <utility>

namespace ctx::detail {
namespace {

Stat lost_updates{"ctx_metrics_lost_updates_total",
                  "Updates dropped because no memory was left for their series."};
Stat invalid_observations{"ctx_metrics_invalid_observations_total",
                          "Observations that have no meaning: NaN, negative increments."};

/// A hint; any address will do.
void prefetch(const void* address) noexcept {
    __builtin_prefetch(address);
}

Series* recent_series(DimensionFacet& facet, const Row& row) noexcept {
    for (DimensionFacet::Recent& recent : facet.recent) {
        if (recent.row.load(std::memory_order_acquire) == row.id) return recent.series;
    }
    return nullptr;
}

/// The same where values can lose their places: pinned, and only while it has the labels it had.
Series* pin_recent(DimensionFacet& facet, const Row& row) noexcept {
    for (DimensionFacet::Recent& recent : facet.recent) {
        if (recent.row.load(std::memory_order_acquire) != row.id) continue;
        recent.series->pin();
        if (recent.series->life.load(std::memory_order_seq_cst) == recent.life) {
            if (!recent.series->used.load(std::memory_order_relaxed)) {
                recent.series->used.store(true, std::memory_order_relaxed);
            }
            return recent.series;
        }
        recent.series->unpin();
    }
    return nullptr;
}

/// What needs no lock although the node had nothing yet: the first update of a request whose
/// values are known from another.
Series* known_series(Row& row, bool nothing_declared, DimensionFacet* facet) noexcept {
    if (row.evicts) {
        if (!nothing_declared) return facet == nullptr ? nullptr : pin_recent(*facet, row);
        Series* series = row.absent.load(std::memory_order_acquire);
        if (series == nullptr) return nullptr;
        series->pin();
        // It may have lost its place, if its value was no default when it was made.
        if (row.absent.load(std::memory_order_seq_cst) == series) return series;
        series->unpin();
        return nullptr;
    }
    SeriesTable* table = row.table.load(std::memory_order_acquire);
    if (!nothing_declared && facet == nullptr) return nullptr;
    if (!nothing_declared && facet->generation != table->generation) return nullptr;
    const std::uint32_t number = nothing_declared ? 0 : facet->number;
    if (number >= table->size) return facet == nullptr ? nullptr : recent_series(*facet, row);
    return table->begin()[number].load(std::memory_order_acquire);
}

void remember(DimensionFacet& facet, const Row& row, Series* series) noexcept {
    for (DimensionFacet::Recent& recent : facet.recent) {
        std::uint64_t expected = 0;
        if (recent.row.compare_exchange_strong(expected, 1, std::memory_order_relaxed)) {
            recent.series = series;
            recent.life = series->life.load(std::memory_order_relaxed);
            recent.row.store(row.id, std::memory_order_release);
            return;
        }
    }
}

/// With the lock held. @param facet  of `node`; null: there was no memory for one.
Series* find_or_add(FamilyState& state, Row& row, const Node* node, DimensionFacet* facet,
                    const FamilyState::MakeSeries& make) {
    const PublishedFields fields = published_fields();
    const DimensionSets& sets = DimensionSets::of(fields);
    state.adopt(fields);
    if (node == nullptr) {
        Series* series = state.find_or_add_series(row, sets.absent(), make);
        if (state.evicts) {
            row.absent.store(series, std::memory_order_release);
        } else {
            state.number(row, sets.absent().number, series);
        }
        return series;
    }
    if (facet == nullptr || facet->generation != fields.generation) {
        return state.find_or_add_series(row, sets.read(node->baggage), make);
    }
    Series* series = state.find_or_add_series(row, *facet->set, make);
    const bool numbered =
        facet->number != no_set_number && !state.evicts && state.number(row, facet->number, series);
    if (!numbered) remember(*facet, row, series);
    return series;
}

}  // namespace

void refuse_observation() noexcept {
    invalid_observations.add();
}

void lose_update() noexcept {
    lost_updates.add();
}

Series* Row::find_slowly(const Node* node) noexcept {
    try {
        return family->resolve(*this, node);
    } catch (const std::bad_alloc&) {
        lose_update();
        return nullptr;
    }
}

Family::Family(FamilyDeclaration declaration)
    : state_(std::make_unique<FamilyState>(std::move(declaration))) {}

Family::~Family() = default;

const FamilyDeclaration& Family::declaration() const noexcept {
    return state_->declaration;
}

const ExemplarRules& Family::exemplars() const noexcept {
    return state_->exemplars;
}

std::size_t Family::series_count() const noexcept {
    return state_->count.load(std::memory_order_relaxed);
}

Row& Family::row(std::span<const std::string_view> values) {
    const std::size_t expected = state_->declaration.labels.size();
    if (values.size() != expected) {
        diagnose(Severity::error, "metrics",
                 "family " + state_->declaration.name + ": with() was given " +
                     std::to_string(values.size()) + " values for " + std::to_string(expected) +
                     " labels");
    }
    std::vector<std::string> mended(expected);
    for (std::size_t i = 0; i < std::min(expected, values.size()); ++i)
        append_valid_utf8(mended[i], values[i]);

    const std::lock_guard lock{state_->mutex};
    Row& found = state_->find_or_add_row(*this, std::move(mended));
    SeriesTable* table = found.table.load(std::memory_order_relaxed);
    if (!found.has_dimensions && table->begin()[0].load(std::memory_order_relaxed) == nullptr) {
        // Shows from now on, at 0: a rate needs the value before the first increment.
        const DimensionSet none;
        state_->number(found, 0,
                       state_->find_or_add_series(found, none, [this] { return make_series(); }));
    }
    return found;
}

void Family::make_first_series() {
    if (state_->declaration.labels.empty()) static_cast<void>(row({}));
}

Series* Family::resolve(Row& row, const Node* node) {
    const bool nothing_declared = node == nullptr || node->baggage.empty();
    DimensionFacet* facet =
        nothing_declared ? nullptr : DimensionSets::of(published_fields()).facet_of_node(*node);
    if (Series* known = known_series(row, nothing_declared, facet)) return known;

    Series* series = nullptr;
    std::string complaint;
    {
        const std::lock_guard lock{state_->mutex};
        series = find_or_add(*state_, row, nothing_declared ? nullptr : node, facet,
                             [this] { return make_series(); });
        if (row.evicts) series->pin();
        complaint = std::exchange(state_->complaint, {});
    }
    if (!complaint.empty()) diagnose(Severity::warning, "metrics", complaint);
    return series;
}

std::unique_lock<std::mutex> Family::begin_reading() const {
    // In a forked child whoever held the locks is gone; nobody evicts there, so none is needed.
    if (!state_->evicts || state_->process.is_another()) return {};
    std::unique_lock reading{state_->readers};
    const std::lock_guard lock{state_->mutex};
    state_->evict([this] { return make_series(); });
    return reading;
}

void Family::write(PageWriter& page) const {
    const FamilyDeclaration& declared = state_->declaration;
    const FamilyHead head{declared.name, declared.type, declared.unit, declared.help};
    if (!page.begin_family(head)) return;
    const std::unique_lock<std::mutex> no_eviction = begin_reading();
    // Ten thousand series are more than the caches hold: what comes next is on its way meanwhile,
    // which is half the time of a page with exemplars.
    const Series* series = state_->first.load(std::memory_order_acquire);
    while (series != nullptr) {
        const Series* next = series->next.load(std::memory_order_acquire);
        if (next != nullptr) {
            prefetch(next->labels.data());
            prefetch(next->exemplars_at());
            const char* after =
                reinterpret_cast<const char*>(next->next.load(std::memory_order_acquire));
            prefetch(after);
            if (after != nullptr) prefetch(after + 64);
        }
        write_series(page, *series);
        series = next;
    }
}

std::vector<FamilySnapshot> Family::read() const {
    const FamilyDeclaration& declared = state_->declaration;
    std::vector<FamilySnapshot> families(1);
    FamilySnapshot& family = families.front();
    family.name = declared.name;
    family.type = declared.type;
    family.unit = declared.unit;
    family.help = declared.help;
    const std::unique_lock<std::mutex> no_eviction = begin_reading();
    for (const Series* series = state_->first.load(std::memory_order_acquire); series != nullptr;
         series = series->next.load(std::memory_order_acquire)) {
        SeriesSnapshot& snapshot = family.series.emplace_back();
        const std::vector<std::string>& values = series->row->values;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!values[i].empty()) snapshot.labels.emplace_back(declared.labels[i], values[i]);
        }
        for (std::size_t i = 0; i < series->dimensions.size(); ++i) {
            if (series->dimensions[i].empty()) continue;
            snapshot.labels.emplace_back(state_->dimension_label(i), series->dimensions[i]);
        }
        read_series(*series, snapshot);
    }
    return families;
}

}  // namespace ctx::detail
