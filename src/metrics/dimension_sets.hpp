// The numbered dimension sets of one generation of published fields.

#pragma once

#include <ctx/context/detail/node.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/metrics/detail/dimension_set.hpp>

#include <absl/container/inlined_vector.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::detail {

/// Longer values are never shown, so they need not be told apart.
inline constexpr std::size_t max_dimension_bytes = 64;

enum class ValueKind : std::uint8_t {
    absent,
    text,      // valid UTF-8 of at most max_dimension_bytes
    unusable,  // something else
};

/// A value where it stands in the baggage, or in a FieldScratch.
struct RawValue {
    ValueKind kind = ValueKind::absent;
    std::string_view text;
};
using RawValues = absl::InlinedVector<RawValue, 8>;

struct DimensionSet {
    struct Value {
        ValueKind kind = ValueKind::absent;
        std::string text;
    };

    std::uint32_t number = no_set_number;
    std::size_t hash = 0;
    std::vector<Value> values;  // in the order of FieldSet::label_fields()
    DimensionSet* next = nullptr;
};

class DimensionSets {
public:
    /// Of that declaration. Like the declaration itself it stays until the process ends.
    static DimensionSets& of(const PublishedFields& fields);

    /// The set with number 0, in which every field is absent.
    [[nodiscard]] const DimensionSet& absent() const noexcept { return *absent_; }

    /// The facet of the node, made if it has none. It may be of another generation; null when there
    /// is no memory.
    DimensionFacet* facet_of_node(const Node& node) noexcept;

    /// The values of one request, for who cannot use the node's facet.
    [[nodiscard]] DimensionSet read(const Baggage& baggage) const;

private:
    static constexpr std::size_t buckets = 4096;
    using Scratches = absl::InlinedVector<FieldScratch, 8>;

    explicit DimensionSets(const PublishedFields& fields);
    /// The values, some of which point into `scratches`.
    [[nodiscard]] RawValues read_raw(const Baggage& baggage, Scratches& scratches) const;
    [[nodiscard]] DimensionFacet* make_facet(const Baggage& baggage);
    /// @return null when all numbers are taken.
    const DimensionSet* find_or_add(const RawValues& values);
    [[nodiscard]] const DimensionSet* find(const RawValues& values, std::size_t hash) noexcept;

    PublishedFields fields_;
    const DimensionSet* absent_ = nullptr;
    DimensionSets* older_ = nullptr;

    // Readers walk the chains without a lock; writers only prepend.
    std::array<std::atomic<DimensionSet*>, buckets> table_{};
    std::mutex mutex_;
    std::uint32_t used_ = 0;
};

}  // namespace ctx::detail
