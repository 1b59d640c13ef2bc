#include "metrics/dimension_sets.hpp"

#include <ctx/baggage/utf8.hpp>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace ctx::detail {
namespace {

// Belongs to the published declaration, which is process-wide: the facet of a context is one, for
// all families.
constinit std::atomic<DimensionSets*> newest{nullptr};

std::mutex& newest_mutex() {
    static auto* const mutex = new std::mutex;
    return *mutex;
}

// Seeded per process, so that nobody outside can make all his values share a chain.
std::size_t hash_of(const RawValues& values) {
    std::size_t hash = 0;
    for (const RawValue& value : values) {
        hash = absl::HashOf(hash, static_cast<int>(value.kind),
                            absl::string_view(value.text.data(), value.text.size()));
    }
    return hash;
}

bool same(const DimensionSet& set, const RawValues& values) noexcept {
    return std::equal(set.values.begin(), set.values.end(), values.begin(), values.end(),
                      [](const DimensionSet::Value& a, const RawValue& b) {
                          return a.kind == b.kind && a.text == b.text;
                      });
}

DimensionSet copy(const RawValues& values) {
    DimensionSet set;
    for (const RawValue& value : values)
        set.values.push_back({value.kind, std::string(value.text)});
    return set;
}

void destroy_facet(Facet* facet) noexcept {
    auto* mine = static_cast<DimensionFacet*>(facet);
    if (mine->owns_set) delete mine->set;
    delete mine;
}

}  // namespace

DimensionSets& DimensionSets::of(const PublishedFields& fields) {
    DimensionSets* sets = newest.load(std::memory_order_acquire);
    while (sets != nullptr && sets->fields_.generation != fields.generation)
        sets = sets->older_;
    if (sets != nullptr) return *sets;

    const std::lock_guard lock{newest_mutex()};
    DimensionSets* first = newest.load(std::memory_order_relaxed);
    for (sets = first; sets != nullptr; sets = sets->older_) {
        if (sets->fields_.generation == fields.generation) return *sets;
    }
    std::unique_ptr<DimensionSets> made{new DimensionSets{fields}};
    made->older_ = first;
    newest.store(made.get(), std::memory_order_release);
    return *made.release();
}

DimensionSets::DimensionSets(const PublishedFields& fields) : fields_(fields) {
    absent_ = find_or_add(RawValues(fields.set.label_fields().size()));
}

RawValues DimensionSets::read_raw(const Baggage& baggage, Scratches& scratches) const {
    RawValues values;
    const auto fields = fields_.set.label_fields();
    scratches.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field& field = fields[i];
        const auto found = field.find_in(baggage, scratches[i]);
        if (!found || found->empty()) {
            values.push_back({});
            continue;
        }
        const std::size_t limit = std::min(field.max_bytes(), max_dimension_bytes);
        const bool usable = found->size() <= limit && is_valid_utf8(*found);
        values.push_back(usable ? RawValue{ValueKind::text, *found}
                                : RawValue{ValueKind::unusable, {}});
    }
    return values;
}

DimensionSet DimensionSets::read(const Baggage& baggage) const {
    Scratches scratches;
    return copy(read_raw(baggage, scratches));
}

const DimensionSet* DimensionSets::find(const RawValues& values, std::size_t hash) noexcept {
    const DimensionSet* set = table_[hash % buckets].load(std::memory_order_acquire);
    while (set != nullptr && (set->hash != hash || !same(*set, values)))
        set = set->next;
    return set;
}

const DimensionSet* DimensionSets::find_or_add(const RawValues& values) {
    const std::size_t hash = hash_of(values);
    if (const DimensionSet* found = find(values, hash)) return found;

    const std::lock_guard lock{mutex_};
    if (const DimensionSet* found = find(values, hash)) return found;
    if (used_ == max_numbered_sets) return nullptr;
    auto set = std::make_unique<DimensionSet>(copy(values));
    std::atomic<DimensionSet*>& chain = table_[hash % buckets];
    set->hash = hash;
    set->next = chain.load(std::memory_order_relaxed);
    set->number = used_++;
    chain.store(set.get(), std::memory_order_release);
    return set.release();
}

DimensionFacet* DimensionSets::make_facet(const Baggage& baggage) {
    auto facet = std::make_unique<DimensionFacet>();
    facet->generation = fields_.generation;
    facet->destroy = destroy_facet;
    Scratches scratches;
    const RawValues values = read_raw(baggage, scratches);
    if (const DimensionSet* set = find_or_add(values)) {
        facet->set = set;
        facet->number = set->number;
    } else {
        facet->set = new DimensionSet(copy(values));
        facet->owns_set = true;
    }
    return facet.release();
}

DimensionFacet* DimensionSets::facet_of_node(const Node& node) noexcept {
    Facet* facet = facet_of(node, FacetSlot::dimension_set);
    if (facet == nullptr) {
        try {
            facet = install_facet(node, FacetSlot::dimension_set, make_facet(node.baggage));
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    return static_cast<DimensionFacet*>(facet);
}

}  // namespace ctx::detail
