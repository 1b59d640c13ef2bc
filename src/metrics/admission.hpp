// Which values of one dimension are shown by their own name.

#pragma once

#include "metrics/candidates.hpp"
#include "metrics/dimension_sets.hpp"
#include <ctx/metrics/dimension.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ctx::detail {

/// Not safe from several threads: the family's lock guards it. Standard containers, because those
/// of Abseil 20220623 do not survive an allocation that fails.
class Admission {
public:
    Admission(const Dimension& dimension, std::string label);

    struct Verdict {
        std::string_view shown;   // borrowed from this object or from the value
        bool overflowed = false;  // the value was there and is not shown
        bool is_new = false;      // admit() gives it its place
        bool is_fixed = false;    // has its place by declaration
    };

    /// How a value shows. `value` null: the request has none.
    [[nodiscard]] Verdict judge(const DimensionSet::Value* value) const;
    void admit(std::string_view value);

    /// Somebody goes on using the place of this value.
    void touch(const std::string& value, std::int64_t now_ms);
    /// A request with this value was judged, at `now_ms`. Only where values can lose their places.
    void note_use(const DimensionSet::Value* value, std::int64_t now_ms);
    /// Takes the places of idle values, and of those that others outdo, and gives the latter away.
    /// @return who lost one.
    [[nodiscard]] std::vector<std::string> evict(std::int64_t now_ms);
    /// Whether what is shown so has its place by declaration: the default, the overflow value, those
    /// of always().
    [[nodiscard]] bool is_fixed(const std::string& shown) const;

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    [[nodiscard]] const std::string& overflow_value() const noexcept { return overflow_; }

    /// The field's default, for dimensions that have none of their own.
    void set_field_default(std::string_view value);

private:
    struct Use {
        double requests = 0;
        std::int64_t last_ms = 0;
    };
    using Uses = std::unordered_map<std::string, Use>;

    [[nodiscard]] bool may_have_place(const DimensionSet::Value& value) const;
    void evict_idle(std::int64_t now_ms, std::vector<std::string>& losers);
    void evict_outdone(std::int64_t now_ms, std::vector<std::string>& losers);
    void decay(std::int64_t now_ms);

    std::string key_;
    std::string label_;
    std::string default_;
    bool has_own_default_;
    std::string overflow_;
    std::optional<std::string> pattern_;
    std::size_t max_bytes_;
    std::size_t at_most_;
    std::int64_t half_life_ms_;  // 0: places are kept
    std::int64_t forget_after_ms_;
    std::unordered_set<std::string> reserved_;
    Uses admitted_;
    Candidates candidates_;
    std::int64_t decayed_ms_ = 0;
};

}  // namespace ctx::detail
