#include "metrics/family_state.hpp"

#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/context/stats.hpp>

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace ctx::detail {
namespace {

Stat overflowed_sets{"ctx_metrics_overflow_total",
                     "Dimension value sets of which a value is shown as the overflow value."};

constexpr std::uint32_t smallest_table = 64;

std::atomic<std::uint64_t>& next_row_id() {
    static constinit std::atomic<std::uint64_t> next{2};  // 0 and 1 have meanings in a facet
    return next;
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
    return table;
}

FamilyState::FamilyState(FamilyDeclaration declared)
    : declaration(std::move(declared)),
      has_dimensions(!declaration.dimensions.empty() && !sdk_disabled()),
      exemplars(declaration.exemplars) {
    const PublishedFields fields = published_fields();
    for (const Dimension& dimension : declaration.dimensions) {
        const Field* field = fields.set.find(dimension.key());
        admissions_.emplace_back(dimension, field == nullptr ? "" : field->label_name());
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
        tables_.push_back(make_table(fields.generation, smallest_table, nullptr));
        row->table.store(tables_.back().get(), std::memory_order_release);
    }
    field_places_ = std::move(places);
    generation_ = fields.generation;
}

Row& FamilyState::find_or_add_row(Family& family, std::vector<std::string> values) {
    const std::size_t labels = declaration.labels.size();
    if (rows_.size() >= declaration.max_series && !rows_by_values_.contains(join_key(0, values))) {
        values.assign(labels, "other");  // a mistake at the call, but it must not fill the memory
        overflowed_sets.add();
    }
    Row*& found = rows_by_values_[join_key(0, values)];
    if (found != nullptr) return *found;
    auto row = std::make_unique<Row>();
    row->family = &family;
    row->has_dimensions = has_dimensions;
    row->exemplars = declaration.exemplars.enabled && !sdk_disabled() ? &exemplars : nullptr;
    row->id = next_row_id().fetch_add(1, std::memory_order_relaxed);
    row->values = std::move(values);
    tables_.push_back(make_table(generation_, has_dimensions ? smallest_table : 1, nullptr));
    row->table.store(tables_.back().get(), std::memory_order_release);
    found = rows_.emplace_back(std::move(row)).get();
    return *found;
}

void FamilyState::number(Row& row, std::uint32_t set_number, Series* series) {
    SeriesTable* table = row.table.load(std::memory_order_relaxed);
    if (set_number >= table->size) {
        const std::uint32_t size = std::min(max_numbered_sets, std::bit_ceil(set_number + 1));
        tables_.push_back(make_table(table->generation, size, table));
        table = tables_.back().get();
        row.table.store(table, std::memory_order_release);
    }
    table->begin()[set_number].store(series, std::memory_order_release);
}

FamilyState::Folded FamilyState::fold(const DimensionSet& set) const {
    Folded folded;
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        const int place = field_places_[i];
        const auto* value =
            place < 0 || !has_dimensions ? nullptr : &set.values[static_cast<std::size_t>(place)];
        const Admission::Verdict verdict = admissions_[i].judge(value);
        folded.values.emplace_back(verdict.shown);
        folded.is_new.push_back(verdict.is_new);
        folded.overflowed |= verdict.overflowed;
    }
    return folded;
}

Series* FamilyState::find_or_add_series(Row& row, const DimensionSet& set, const MakeSeries& make) {
    Folded folded = fold(set);
    if (folded.overflowed) report_overflow(set);
    std::string key = join_key(row.id, folded.values);
    if (const auto found = series_by_key_.find(key); found != series_by_key_.end()) {
        return found->second;
    }
    if (has_dimensions && limited_series_ >= declaration.max_series) {
        if (!folded.overflowed) report_overflow(set);
        for (std::size_t i = 0; i < admissions_.size(); ++i) {
            folded.values[i] = admissions_[i].overflow_value();
            folded.is_new[i] = false;
        }
        key = join_key(row.id, folded.values);
        if (const auto found = series_by_key_.find(key); found != series_by_key_.end()) {
            return found->second;
        }
    }
    const std::vector<std::string> values = folded.values;
    Series* added = add_series(row, std::move(key), std::move(folded.values), make);
    // Last, so that a lack of memory above leaves nothing half admitted.
    bool all_overflowed = true;
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        all_overflowed &= values[i] == admissions_[i].overflow_value();
        if (folded.is_new[i]) admissions_[i].admit(values[i]);
    }
    if (!all_overflowed) ++limited_series_;
    return added;
}

void FamilyState::report_overflow(const DimensionSet& set) {
    overflowed_sets.add();
    if (!overflow_limiter_.pass()) return;
    complaint = absl::StrCat("family ", declaration.name, ": no room for a series of its own for");
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        const int place = field_places_[i];
        if (place < 0) continue;
        const auto& value = set.values[static_cast<std::size_t>(place)];
        absl::StrAppend(&complaint, " ", admissions_[i].label(), "=\"", view(value.text), "\"",
                        value.kind == ValueKind::unusable ? " (too long or no UTF-8)" : "");
    }
    absl::StrAppend(&complaint, "; it counts as \"", admissions_[0].overflow_value(), "\"");
}

Series* FamilyState::add_series(Row& row, std::string key, std::vector<std::string> values,
                                const MakeSeries& make) {
    std::unique_ptr<Series> series = make();
    series->row = &row;
    series->labels = render_labels(row, values);
    series->dimensions = std::move(values);
    Series* added = series.get();
    series_by_key_.emplace(std::move(key), added);
    (last_ == nullptr ? first : last_->next).store(series.release(), std::memory_order_release);
    last_ = added;
    count.fetch_add(1, std::memory_order_relaxed);
    return added;
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
