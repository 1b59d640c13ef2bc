#include "metrics/admission.hpp"

#include "metrics/wildcard.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ctx::detail {
namespace {

/// Enough to tell the busy from the flood that passes through.
std::size_t candidates_for(const Dimension& dimension) {
    constexpr std::size_t fewest = 64;
    constexpr std::size_t most = 1024;
    if (dimension.half_life().count() <= 0) return 0;
    return std::clamp(dimension.at_most() * 2, fewest, most);
}

}  // namespace

Admission::Admission(const Dimension& dimension, std::string label)
    : key_(dimension.key()),
      label_(std::move(label)),
      default_(dimension.default_value().value_or("")),
      has_own_default_(dimension.default_value().has_value()),
      overflow_(dimension.overflow_value()),
      pattern_(dimension.pattern()),
      max_bytes_(dimension.max_bytes()),
      at_most_(dimension.at_most()),
      half_life_ms_(dimension.half_life().count()),
      forget_after_ms_(dimension.forget_after().count()),
      reserved_(dimension.always().begin(), dimension.always().end()),
      candidates_(candidates_for(dimension)) {}

void Admission::set_field_default(std::string_view value) {
    if (has_own_default_) return;
    default_ = value;
    // It has its place by declaration now, and cannot lose it.
    admitted_.erase(default_);
    candidates_.remove(default_);
}

bool Admission::is_fixed(const std::string& shown) const {
    return shown == default_ || shown == overflow_ || reserved_.contains(shown);
}

bool Admission::may_have_place(const DimensionSet::Value& value) const {
    return value.kind == ValueKind::text && value.text.size() <= max_bytes_ &&
           (!pattern_ || matches(*pattern_, value.text));
}

Admission::Verdict Admission::judge(const DimensionSet::Value* value) const {
    if (value == nullptr || value->kind == ValueKind::absent) {
        return {.shown = default_, .is_fixed = true};
    }
    const std::string& text = value->text;
    if (value->kind == ValueKind::text && text.size() <= max_bytes_) {
        if (is_fixed(text)) return {.shown = text, .is_fixed = true};
        if (admitted_.contains(text)) return {.shown = text};
    }
    if (!may_have_place(*value) || admitted_.size() >= at_most_) {
        return {.shown = overflow_, .overflowed = true, .is_fixed = true};
    }
    return {.shown = text, .is_new = true};
}

void Admission::admit(std::string_view value) {
    admitted_.try_emplace(std::string(value));
}

void Admission::touch(const std::string& value, std::int64_t now_ms) {
    const auto found = admitted_.find(value);
    if (found != admitted_.end()) found->second.last_ms = now_ms;
}

void Admission::note_use(const DimensionSet::Value* value, std::int64_t now_ms) {
    if (value == nullptr || value->kind != ValueKind::text) return;
    if (const auto found = admitted_.find(value->text); found != admitted_.end()) {
        found->second.requests += 1;
        found->second.last_ms = now_ms;
        return;
    }
    if (half_life_ms_ > 0 && may_have_place(*value) && !is_fixed(value->text)) {
        candidates_.add(value->text);
    }
}

std::vector<std::string> Admission::evict(std::int64_t now_ms) {
    std::vector<std::string> losers;
    if (forget_after_ms_ > 0) evict_idle(now_ms, losers);
    if (half_life_ms_ > 0) evict_outdone(now_ms, losers);
    return losers;
}

void Admission::evict_idle(std::int64_t now_ms, std::vector<std::string>& losers) {
    for (const auto& [value, use] : admitted_) {
        if (now_ms - use.last_ms >= forget_after_ms_) losers.push_back(value);
    }
    for (const std::string& value : losers)
        admitted_.erase(value);
}

void Admission::evict_outdone(std::int64_t now_ms, std::vector<std::string>& losers) {
    // Who is a little busier today would lose the place again tomorrow.
    constexpr double margin = 1.25;
    std::vector<Uses::const_iterator> weakest;
    for (auto use = admitted_.cbegin(); use != admitted_.cend(); ++use)
        weakest.push_back(use);
    std::sort(weakest.begin(), weakest.end(),
              [](auto a, auto b) { return a->second.requests < b->second.requests; });
    std::size_t room = at_most_ - std::min(at_most_, admitted_.size());
    auto next = weakest.begin();
    std::vector<std::pair<std::string, Use>> winners;
    for (const Candidates::Entry* candidate : candidates_.by_requests()) {
        if (room > 0) {
            --room;
        } else if (next != weakest.end() &&
                   candidate->sure() > (*next)->second.requests * margin + 1) {
            losers.push_back((*next++)->first);
        } else {
            break;
        }
        winners.emplace_back(candidate->value, Use{candidate->sure(), now_ms});
    }
    for (auto lost = weakest.begin(); lost != next; ++lost)
        admitted_.erase(*lost);
    for (auto& [value, use] : winners) {
        candidates_.remove(value);
        admitted_.insert_or_assign(std::move(value), use);
    }
    decay(now_ms);
}

void Admission::decay(std::int64_t now_ms) {
    if (decayed_ms_ == 0) decayed_ms_ = now_ms;
    const std::int64_t passed = now_ms - decayed_ms_;
    if (passed <= 0) {
        decayed_ms_ = now_ms;  // the clock was set back
        return;
    }
    const double factor =
        std::exp2(-static_cast<double>(passed) / static_cast<double>(half_life_ms_));
    for (auto& [value, use] : admitted_)
        use.requests *= factor;
    candidates_.scale(factor);
    decayed_ms_ = now_ms;
}

}  // namespace ctx::detail
