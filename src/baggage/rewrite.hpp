// Makes a Baggage from another one with changes to its string entries and without some bags.

#pragma once

#include "baggage/filter.hpp"
#include <ctx/baggage/baggage.hpp>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

namespace ctx::detail {

/// A list that needs no memory of its own while it is short.
template <typename T, std::size_t UsualSize>
class ShortList {
public:
    ShortList() { items_.reserve(UsualSize); }
    ShortList(const ShortList&) = delete;
    ShortList& operator=(const ShortList&) = delete;

    [[nodiscard]] std::pmr::vector<T>& items() noexcept { return items_; }
    [[nodiscard]] const std::pmr::vector<T>& items() const noexcept { return items_; }

private:
    alignas(T) std::array<std::byte, UsualSize * sizeof(T)> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    std::pmr::vector<T> items_{&memory_};
};

using EntryChanges = ShortList<EntryChange, 8>;

/// `from` with the changes, which stand in the order of the list. Header members of entries that
/// do not change keep their spelling and order. `from` itself when nothing changes.
[[nodiscard]] Baggage rewrite(const Baggage& from, std::span<const EntryChange> changes,
                              const BagRules& bags);

}  // namespace ctx::detail
