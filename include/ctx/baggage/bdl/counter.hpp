// ctx/baggage/bdl/counter.hpp: a count that every branch adds to, and the list of a call's hops.
//
//     bag.increment_rows(12);                   // in a bag that ctx-bdl wrote
//     bag.rows().value();                       // over all branches, each counted once
//
// A grow-only counter has one total per component, and a component is one branch of the execution
// (Tracing Plane 5.6). Totals are written so that the greatest sorts first: a merge, even one that
// knows nothing but atoms, gives the maximum of each, and the value is their sum.
//
// Threads   Views borrow the list, as BagView.
// Errors    Totals that do not decode count as nothing. A sum beyond 2^64 - 1 stays there.
// Cost      One pass over the field.

#pragma once

#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/lexvarint.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>

namespace ctx::bdl {

class CounterView {
public:
    explicit CounterView(const BagView& field) noexcept : field_(field) {}

    /// The sum over all components.
    [[nodiscard]] std::uint64_t value() const noexcept {
        std::uint64_t sum = 0;
        for (const BagView& component : field_.children()) {
            const std::uint64_t total = total_of(component);
            sum = total > std::numeric_limits<std::uint64_t>::max() - sum
                      ? std::numeric_limits<std::uint64_t>::max()
                      : sum + total;
        }
        return sum;
    }

    /// Branches that counted: what the counter costs is proportional to it.
    [[nodiscard]] std::size_t components() const noexcept {
        std::size_t count = 0;
        for (const BagView& component : field_.children()) {
            count += component.present() ? 1 : 0;
        }
        return count;
    }

    /// The total of one component: its first datum that decodes.
    [[nodiscard]] static std::uint64_t total_of(const BagView& component) noexcept {
        return component
            .first_datum([](std::string_view payload) {
                const auto total = read_reversed_lexvarint(payload);
                return total.has_value() ? std::optional(total->value) : std::nullopt;
            })
            .value_or(0);
    }

    [[nodiscard]] const BagView& field() const noexcept { return field_; }

private:
    BagView field_;
};

/// A field that only grows.
struct Counter {
    using View = CounterView;
    [[nodiscard]] static View read(const BagView& field) noexcept { return View(field); }
};

/// The newest hops, at most `limit`, oldest first. Each datum is the reversed lexvarint of the
/// hop's depth and then its name, so that a trim drops the oldest, and a merge puts the hops of
/// both branches in order. Data without a depth are no hops.
class CallpathView {
public:
    CallpathView(const BagView& field, std::size_t limit) noexcept : data_(field.data()) {
        for (auto it = newest(); it != data_.end() && size_ < limit; it = next_hop(++it)) {
            ++size_;
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// The hop at a position, 0 the oldest. Walks over those that are newer.
    [[nodiscard]] std::string_view operator[](std::size_t position) const noexcept {
        auto it = newest();
        for (std::size_t newer = size_ - 1 - position; newer > 0; --newer) {
            it = next_hop(++it);
        }
        return it->substr(depth_of(*it)->consumed);
    }

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view*;
        using reference = std::string_view;

        Iterator(const CallpathView& path, std::size_t position) noexcept
            : path_(&path), position_(position) {}
        reference operator*() const noexcept { return (*path_)[position_]; }
        Iterator& operator++() noexcept {
            ++position_;
            return *this;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
            return a.position_ == b.position_;
        }

    private:
        const CallpathView* path_;
        std::size_t position_;
    };
    [[nodiscard]] Iterator begin() const noexcept { return {*this, 0}; }
    [[nodiscard]] Iterator end() const noexcept { return {*this, size_}; }

    /// Hops so far, those that were dropped included; 0 for none.
    [[nodiscard]] std::uint64_t depth() const noexcept {
        const auto first = newest();
        return first == data_.end() ? 0 : depth_of(*first)->value;
    }

    /// Of a hop's datum; nothing when it is none.
    [[nodiscard]] static std::optional<Lexvarint> depth_of(std::string_view datum) noexcept {
        return read_reversed_lexvarint(datum);
    }

private:
    [[nodiscard]] BagDataIterator next_hop(BagDataIterator it) const noexcept {
        while (it != data_.end() && !depth_of(*it).has_value()) {
            ++it;
        }
        return it;
    }
    [[nodiscard]] BagDataIterator newest() const noexcept { return next_hop(data_.begin()); }

    BagView::Data data_;
    std::size_t size_ = 0;
};

/// The last `N` hops of a call.
template <std::size_t N>
struct Callpath {
    static_assert(N >= 1 && N <= 255, "a callpath keeps 1 to 255 hops");
    using View = CallpathView;
    [[nodiscard]] static View read(const BagView& field) noexcept { return {field, N}; }
};

}  // namespace ctx::bdl
