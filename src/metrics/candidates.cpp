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
        return;
    }
    Entry& given_up = entries_[least()];
    auto node = places_.extract(given_up.value);
    node.key() = key;
    places_.insert(std::move(node));
    // The newcomer may have been here before: its count is not known better than this.
    given_up = {std::move(key), given_up.count + 1, given_up.count};
}

const Candidates::Entry* Candidates::best() const noexcept {
    const auto found =
        std::max_element(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.sure() < b.sure(); });
    return found == entries_.end() ? nullptr : &*found;
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
}

std::size_t Candidates::least() const noexcept {
    const auto found =
        std::min_element(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.count < b.count; });
    return static_cast<std::size_t>(found - entries_.begin());
}

}  // namespace ctx::detail
