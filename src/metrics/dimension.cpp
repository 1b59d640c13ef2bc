#include <ctx/metrics/dimension.hpp>

#include <utility>

namespace ctx {

Dimension Dimension::default_value(std::string_view value) const {
    Dimension changed = *this;
    changed.default_ = value;
    return changed;
}

Dimension Dimension::at_most(std::size_t values) const {
    Dimension changed = *this;
    changed.at_most_ = values;
    return changed;
}

Dimension Dimension::one_of(std::vector<std::string> values) const {
    return always(std::move(values)).at_most(0);
}

Dimension Dimension::always(std::vector<std::string> values) const {
    Dimension changed = *this;
    changed.always_ = std::move(values);
    return changed;
}

Dimension Dimension::matching(std::string_view pattern) const {
    Dimension changed = *this;
    changed.pattern_ = pattern;
    return changed;
}

Dimension Dimension::keep_busiest(std::chrono::milliseconds half_life) const {
    Dimension changed = *this;
    changed.half_life_ = half_life;
    return changed;
}

Dimension Dimension::forget_after(std::chrono::milliseconds idle) const {
    Dimension changed = *this;
    changed.forget_after_ = idle;
    return changed;
}

Dimension Dimension::max_bytes(std::size_t bytes) const {
    Dimension changed = *this;
    changed.max_bytes_ = bytes;
    return changed;
}

Dimension Dimension::overflow_value(std::string_view value) const {
    Dimension changed = *this;
    changed.overflow_ = value;
    return changed;
}

}  // namespace ctx
