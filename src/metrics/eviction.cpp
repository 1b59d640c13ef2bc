// How values lose their places, and what they counted does not get lost.
//
// A loser's series leaves the list while no reader is in it, and its counts move into the series
// that has the overflow value instead. Threads may be in the middle of an update of it: they hold a
// pin, and what they add moves later. Only when nobody holds one gets the series other labels.

#include "metrics/family_state.hpp"
#include "metrics/steady_clock.hpp"

#include <algorithm>
#include <utility>

namespace ctx::detail {

void FamilyState::note_use(const DimensionSet& set) {
    const std::int64_t now = coarse_steady_ms();
    for (std::size_t i = 0; i < admissions_.size(); ++i)
        admissions_[i].note_use(value_in(set, i), now);
}

void FamilyState::evict(const MakeSeries& make) {
    drain_retired();
    const std::int64_t now = coarse_steady_ms();
    touch_used(now);
    for (std::size_t i = 0; i < admissions_.size(); ++i) {
        std::vector<std::string> gone = admissions_[i].evict(now);
        if (gone.empty()) continue;
        std::sort(gone.begin(), gone.end());
        std::vector<Series*> losers;
        for (Series* series = first.load(std::memory_order_relaxed); series != nullptr;
             series = series->next.load(std::memory_order_relaxed)) {
            if (std::binary_search(gone.begin(), gone.end(), series->dimensions[i])) {
                losers.push_back(series);
            }
        }
        retire(losers, i, make);
    }
}

void FamilyState::touch_used(std::int64_t now_ms) {
    for (Series* series = first.load(std::memory_order_relaxed); series != nullptr;
         series = series->next.load(std::memory_order_relaxed)) {
        if (!series->used.exchange(false, std::memory_order_relaxed)) continue;
        for (std::size_t i = 0; i < admissions_.size(); ++i)
            admissions_[i].touch(series->dimensions[i], now_ms);
    }
}

void FamilyState::retire(const std::vector<Series*>& losers, std::size_t dimension,
                         const MakeSeries& make) {
    // Whatever needs memory comes first: afterwards nothing can fail half-way.
    std::vector<Series*> targets;
    std::vector<std::string> keys;
    for (const Series* series : losers) {
        std::vector<std::string> values = series->dimensions;
        values[dimension] = admissions_[dimension].overflow_value();
        keys.push_back(join_key(series->row->id, series->dimensions));
        // Beyond max_series or not: what was counted must stay on the page, and the loser leaves it.
        targets.push_back(find_or_add_key(*series->row, std::move(values), make));
    }
    retired_.reserve(retired_.size() + losers.size());
    free_.reserve(free_.size() + retired_.size() + losers.size());
    for (Series* series : losers)
        series->leaving = true;
    unlink_leaving();
    for (std::size_t i = 0; i < losers.size(); ++i)
        retire(*losers[i], keys[i], *targets[i]);
}

void FamilyState::retire(Series& series, const std::string& key, Series& target) noexcept {
    series.life.fetch_add(1, std::memory_order_seq_cst);
    series_by_key_.erase(key);
    if (series.limited) --limited_series_;
    if (series.row->absent.load(std::memory_order_relaxed) == &series) {
        series.row->absent.store(nullptr, std::memory_order_seq_cst);
    }
    count.fetch_sub(1, std::memory_order_relaxed);
    series.move_into(target);
    if (series.is_target) {
        for (Retired& earlier : retired_) {
            if (earlier.target == &series) earlier.target = &target;
        }
    }
    target.is_target = true;
    retired_.push_back({std::unique_ptr<Series>(&series), &target});
}

void FamilyState::unlink_leaving() noexcept {
    Series* before = nullptr;
    for (Series* series = first.load(std::memory_order_relaxed); series != nullptr;) {
        Series* const after = series->next.load(std::memory_order_relaxed);
        if (!series->leaving) {
            before = series;
        } else {
            (before == nullptr ? first : before->next).store(after, std::memory_order_relaxed);
            series->next.store(nullptr, std::memory_order_relaxed);
            series->leaving = false;
        }
        series = after;
    }
    last_ = before;
}

void FamilyState::drain_retired() noexcept {
    std::erase_if(retired_, [this](Retired& retired) {
        // Asked first: who pins from now on sees the new life and leaves.
        const bool unused = retired.series->pins.load(std::memory_order_seq_cst) == 0;
        retired.series->move_into(*retired.target);
        if (!unused) return false;
        retired.series->reset();
        retired.series->is_target = false;
        free_.push_back(std::move(retired.series));
        return true;
    });
}

}  // namespace ctx::detail
