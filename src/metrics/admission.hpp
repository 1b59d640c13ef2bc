// Which values of one dimension are shown by their own name.

#pragma once

#include "metrics/dimension_sets.hpp"
#include <ctx/metrics/dimension.hpp>

#include <string>
#include <string_view>
#include <unordered_set>

namespace ctx::detail {

/// Not safe from several threads: the family's lock guards it. Standard containers, because those
/// of Abseil 20220623 do not survive an allocation that fails.
class Admission {
public:
    Admission(const Dimension& dimension, std::string label);

    struct Verdict {
        std::string_view shown;   // borrowed from this object or from the value
        bool overflowed = false;  // the value was there and is not shown
        bool is_new = false;      // admit() makes it permanent
    };

    /// How a value shows. `value` null: the request has none.
    [[nodiscard]] Verdict judge(const DimensionSet::Value* value) const;
    void admit(std::string_view value);

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    [[nodiscard]] const std::string& overflow_value() const noexcept { return overflow_; }

    /// The field's default, for dimensions that have none of their own.
    void set_field_default(std::string_view value);

private:
    std::string key_;
    std::string label_;
    std::string default_;
    bool has_own_default_;
    std::string overflow_;
    std::size_t max_bytes_;
    std::size_t at_most_;
    std::unordered_set<std::string> reserved_;
    std::unordered_set<std::string> admitted_;
};

}  // namespace ctx::detail
