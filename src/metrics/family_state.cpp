#include "metrics/family_state.hpp"

#include "metrics/metric_text.hpp"
#include "metrics/overflow_stats.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/resource.hpp>

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace ctx::detail {
namespace {

constexpr std::uint32_t smallest_table = 64;

std::atomic<std::uint64_t>& next_row_id() {
    static constinit std::atomic<std::uint64_t> next{2};  // 0 and 1 have meanings in a facet
    return next;
}

bool any_evicts(const std::vector<Dimension>& dimensions) {
    return std::any_of(dimensions.begin(), dimensions.end(),
                       [](const Dimension& dimension) { return dimension.evicts(); });
}

absl::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

std::string join_key(std::uint64_t head, const std::vector<std::string>& texts) {
    std::string key = absl::StrCat(head);
    for (const std::string& text : texts)
        absl::StrAppend(&key, ",", text.size(), ":", text);
    return key;
}

OwnedTable make_table(std::uint32_t generation, std::uint32_t size, SeriesTable* old) {
    using Place = std::atomic<Series*>;
    void* memory = ::operator new(sizeof(SeriesTable) + size * sizeof(Place));
    OwnedTable table{::new (memory) SeriesTable{generation, size}};
    for (std::uint32_t i = 0; i < size; ++i) {
        Series* series = old != nullptr && i < old->size
                             ? old->begin()[i].load(std::memory_order_relaxed)
                             : nullptr;
        ::new (table->begin() + i) Place(series);
    }
    if (old != nullptr) table->used = old->used;
    return table;
}

FamilyState::FamilyState(FamilyDeclaration declared)
    : declaration(std::move(declared)),
      has_dimensions(!declaration.dimensions.empty() && !sdk_disabled()),
      evicts(has_dimensions && any_evicts(declaration.dimensions)),
      exemplars(declaration.exemplars) {
    const PublishedFields fields = published_fields();
    for (const Dimension& dimension : declaration.dimensions) {
        const Field* field = fields.set.find(dimension.key());
        admissions_.emplace_back(dimension, field == nullptr ? "" : field->label_name());
        overflow_counts_.push_back(&overflow_count(declaration.name, admissions_.back().label()));
    }
    adopt(fields);
}

FamilyState::~FamilyState() {
    Series* series = first.load(std::memory_order_acquire);
    while (series != nullptr) {
        const std::unique_ptr<Series> owned{series};
        series = owned->next.load(std::memory_order_relaxed);
    }
}

void FamilyState::adopt(const PublishedFields& fields) {
    if (!field_places_.empty() && fields.generation == generation_) return;
    const auto labelled = fields.set.label_fields();
    std::vector<int> places;
    for (Admission& admission : admissions_) {
        const auto found = std::find_if(labelled.begin(), labelled.end(), [&](const Field& field) {
            return field.key() == admission.key();
        });
        places.push_back(found == labelled.end() ? -1 : static_cast<int>(found - labelled.begin()));
        if (found != labelled.end()) admission.set_field_default(found->default_value());
    }
    for (const auto& row : rows_) {
        if (!row->has_dimensions) continue;
        tables_.push_back(make_table(fields.generation, evicts ? 0 : smallest_table, nullptr));
        row->table.store(tables_.back().get(), std::memory_order_release);
        row->absent.store(nullptr, std::memory_order_release);
    }
    field_places_ = std::move(places);
    generation_ = fields.generation;
}

Row& FamilyState::find_or_add_row(Family& family, std::vector<std::string> values) {
    const std::size_t labels = declaration.labels.size();
    if (rows_.size() >= declaration.max_series && !rows_by_values_.contains(join_key(0, values))) {
        values.assign(labels, "other");  // a mistake at the call, but it must not fill the memory
        overflow_count(declaration.name, "").fetch_add(1, std::memory_order_relaxed);
    }
    Row*& found = rows_by_values_[join_key(0, values)];
    if (found != nullptr) return *found;
    auto row = std::make_unique<Row>();
    row->family = &family;
    row->has_dimensions = has_dimensions;
    row->evicts = evicts;
    row->exemplars = declaration.exemplars.enabled && !sdk_disabled() ? &exemplars : nullptr;
    row->id = next_row_id().fetch_add(1, std::memory_order_relaxed);
    row->values = std::move(values);
    const std::uint32_t sets = !has_dimensions ? 1 : evicts ? 0 : smallest_table;
    tables_.push_back(make_table(generation_, sets, nullptr));
    row->table.store(tables_.back().get(), std::memory_order_release);
    found = rows_.emplace_back(std::move(row)).get();
    return *found;
}

bool FamilyState::number(Row& row, std::uint32_t set_number, Series* series) {
    constexpr std::uint32_t always_worth_it = 1024;
    SeriesTable* table = row.table.load(std::memory_order_relaxed);
    if (set_number >= table->size) {
        if (set_number >= always_worth_it + 2 * table->used) return false;
        const std::uint32_t size = std::min(max_numbered_sets, std::bit_ceil(set_number + 1));
        tables_.push_back(make_table(table->generation, size, table));
        table = tables_.back().get();
        row.table.store(table, std::memory_order_release);
    }
    std::atomic<Series*>& place = table->begin()[set_number];
    if (place.load(std::memory_order_relaxed) == nullptr) ++table->used;
    place.store(series, std::memory_order_release);
    return true;
}

const DimensionSet::Value* FamilyState::value_in(const DimensionSet& set,
                                                 std::size_t dimension) const noexcept {
    const int place = field_places_[dimension];
    if (place < 0 || !has_dimensions) return nullptr;
    return &set.values[static_cast<std::size_t>(place)];
}

std::vector<FamilyState::Folded> FamilyState::fold(const DimensionSet& set) const {
    std::vector<Folded> folded;
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        const Admission::Verdict verdict = admissions_[i].judge(value_in(set, i));
        folded.push_back(
            {std::string(verdict.shown), verdict.overflowed, verdict.is_new, verdict.is_fixed});
    }
    return folded;
}

std::vector<std::string> FamilyState::shown(const std::vector<Folded>& folded) {
    std::vector<std::string> values;
    for (const Folded& value : folded)
        values.push_back(value.shown);
    return values;
}

Series* FamilyState::find_or_add_series(Row& row, const DimensionSet& set, const MakeSeries& make) {
    std::vector<Folded> folded = fold(set);
    const bool full = has_dimensions && limited_series_ >= declaration.max_series;
    if (full && !series_by_key_.contains(join_key(row.id, shown(folded)))) {
        // What has its place by declaration keeps it: that is bounded, too.
        for (std::size_t i = 0; i < admissions_.size(); ++i) {
            if (!folded[i].is_fixed) folded[i] = {admissions_[i].overflow_value(), true};
        }
    }
    report_overflow(set, folded);
    Series* series = find_or_add_key(row, shown(folded), make);
    // Last, so that a lack of memory above leaves nothing half admitted.
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        if (folded[i].is_new) admissions_[i].admit(folded[i].shown);
    }
    if (evicts) note_use(set);
    return series;
}

bool FamilyState::is_limited(const std::vector<std::string>& values) const {
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        if (!admissions_[i].is_fixed(values[i])) return true;
    }
    return false;
}

Series* FamilyState::find_or_add_key(Row& row, std::vector<std::string> values,
                                     const MakeSeries& make) {
    std::string key = join_key(row.id, values);
    if (const auto found = series_by_key_.find(key); found != series_by_key_.end()) {
        return found->second;
    }
    const bool limited = is_limited(values);
    Series* added = add_series(row, std::move(key), std::move(values), make);
    added->limited = limited;
    if (limited) ++limited_series_;
    return added;
}

void FamilyState::report_overflow(const DimensionSet& set, const std::vector<Folded>& folded) {
    const Folded* first_overflowed = nullptr;
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        if (!folded[i].overflowed) continue;
        overflow_counts_[i]->fetch_add(1, std::memory_order_relaxed);
        if (first_overflowed == nullptr) first_overflowed = &folded[i];
    }
    if (first_overflowed == nullptr || !overflow_limiter_.pass()) return;
    complaint = absl::StrCat("family ", declaration.name, ": no room for a series of its own for");
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        const DimensionSet::Value* value = value_in(set, i);
        if (value == nullptr) continue;
        absl::StrAppend(&complaint, " ", admissions_[i].label(), "=\"", view(value->text), "\"",
                        value->kind == ValueKind::unusable ? " (too long or no UTF-8)" : "");
    }
    absl::StrAppend(&complaint, "; it counts as \"", first_overflowed->shown, "\"");
}

Series* FamilyState::add_series(Row& row, std::string key, std::vector<std::string> values,
                                const MakeSeries& make) {
    std::string labels = render_labels(row, values);
    const auto place = series_by_key_.emplace(std::move(key), nullptr).first;
    std::unique_ptr<Series> series;
    try {
        series = take_or_make(make);
    } catch (...) {
        series_by_key_.erase(place);
        throw;
    }
    // Nothing below fails: a series that was in use before must not be freed.
    series->row = &row;
    series->labels = std::move(labels);
    series->dimensions = std::move(values);
    place->second = series.get();
    (last_ == nullptr ? first : last_->next).store(series.get(), std::memory_order_release);
    last_ = series.release();
    count.fetch_add(1, std::memory_order_relaxed);
    return last_;
}

std::unique_ptr<Series> FamilyState::take_or_make(const MakeSeries& make) {
    if (free_.empty()) return make();
    std::unique_ptr<Series> used_before = std::move(free_.back());
    free_.pop_back();
    return used_before;
}

std::string FamilyState::render_labels(const Row& row,
                                       const std::vector<std::string>& values) const {
    std::string labels;
    for (std::size_t i = 0; i < row.values.size(); ++i)
        append_label(labels, declaration.labels[i], row.values[i]);
    for (std::size_t i = 0; i < values.size(); ++i)
        append_label(labels, admissions_[i].label(), values[i]);
    return labels;
}

}  // namespace ctx::detail
