#include "metrics/candidates.hpp"

#include <algorithm>
#include <utility>

namespace ctx::detail {

void Candidates::add(std::string_view value) {
    std::string key{value};
    if (const auto found = places_.find(key); found != places_.end()) {
        entries_[found->second].count += 1;
        return;
    }
    if (entries_.size() < capacity_) {
        places_.emplace(key, entries_.size());
        entries_.push_back({std::move(key), 1, 0});
        least_count_ = 0;
        return;
    }
    Entry& given_up = entries_[least()];
    auto node = places_.extract(given_up.value);
    node.key() = key;
    places_.insert(std::move(node));
    // The newcomer may have been here before: its count is not known better than this.
    given_up = {std::move(key), given_up.count + 1, given_up.count};
}

std::vector<const Candidates::Entry*> Candidates::by_requests() const {
    std::vector<const Entry*> sorted;
    for (const Entry& entry : entries_) {
        if (entry.sure() >= 1) sorted.push_back(&entry);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const Entry* a, const Entry* b) { return a->sure() > b->sure(); });
    return sorted;
}

void Candidates::remove(const std::string& value) {
    const auto found = places_.find(value);
    if (found == places_.end()) return;
    const std::size_t place = found->second;
    places_.erase(found);
    if (place + 1 != entries_.size()) {
        entries_[place] = std::move(entries_.back());
        places_[entries_[place].value] = place;
    }
    entries_.pop_back();
}

void Candidates::scale(double factor) noexcept {
    for (Entry& entry : entries_) {
        entry.count *= factor;
        entry.surplus *= factor;
    }
    least_count_ *= factor;
}

std::size_t Candidates::least() noexcept {
    for (std::size_t seen = 0; seen < entries_.size(); ++seen) {
        cursor_ = cursor_ + 1 < entries_.size() ? cursor_ + 1 : 0;
        if (entries_[cursor_].count <= least_count_) return cursor_;
    }
    const auto found =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.count < b.count; });
    cursor_ = static_cast<std::size_t>(found - entries_.begin());
    least_count_ = found->count;
    return cursor_;
}

}  // namespace ctx::detail
