// ctx/baggage/bdl/collection.hpp: sets and maps of typed bags.
//
//     for (std::uint64_t id : bag.parents()) { ... }            // set<fixed64>
//     if (auto limit = bag.limits().find("cpu")) { ... }        // map<string, int64>
//
// A set is the data of its field, one atom per element; a merge is the union. A map is a child per
// entry, keyed by the bytes of the key; a merge is the union of the keys, and for each key what
// the type of the value does (Tracing Plane BDL 5.3).
//
// Threads   Views borrow the list, as BagView.
// Errors    Elements and keys that do not decode are skipped. Of an unsorted sender an element or
//           a key may come twice.
// Cost      One pass; no allocation.

#pragma once

#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/bdl/scalar.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace ctx::bdl {

template <typename Wire>
class SetView {
public:
    explicit SetView(const BagView& field) noexcept : data_(field.data()) {}

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = typename Wire::Value;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = value_type;

        Iterator() = default;
        explicit Iterator(BagDataIterator it) : it_(it) { skip(); }
        reference operator*() const { return *value_; }
        Iterator& operator++() {
            ++it_;
            skip();
            return *this;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
            return a.it_ == b.it_;
        }

    private:
        void skip() {
            while (it_ != BagDataIterator() && !(value_ = Wire::decode(*it_)).has_value()) {
                ++it_;
            }
        }
        BagDataIterator it_;
        std::optional<value_type> value_;
    };

    /// In the order of the elements' bytes.
    [[nodiscard]] Iterator begin() const { return Iterator(data_.begin()); }
    [[nodiscard]] Iterator end() const { return {}; }
    [[nodiscard]] bool empty() const { return begin() == end(); }
    /// Counts them.
    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(std::distance(begin(), end()));
    }
    [[nodiscard]] bool contains(typename Wire::Param element) const {
        ctx::detail::ByteBuffer bytes;
        Wire::encode(bytes, element);
        return std::find(data_.begin(), data_.end(), bytes.view()) != data_.end();
    }

private:
    BagView::Data data_;
};

/// A set of primitives or structs.
template <typename Wire>
struct Set {
    using View = SetView<Wire>;
    [[nodiscard]] static View read(const BagView& field) noexcept { return View(field); }
};

template <typename Key, typename Mapped>
class MapView {
public:
    explicit MapView(const BagView& field) noexcept : children_(field.children()) {}

    /// The entry as the type of the value reads it; nothing when the key is absent.
    [[nodiscard]] std::optional<typename Mapped::View> find(typename Key::Param key) const {
        ctx::detail::ByteBuffer bytes;
        Key::encode(bytes, key);
        const BagView entry = children_.bag.child(bytes.view());
        return entry.present() ? std::optional<typename Mapped::View>(Mapped::read(entry))
                               : std::nullopt;
    }

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::pair<typename Key::Value, typename Mapped::View>;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = value_type;

        Iterator() = default;
        explicit Iterator(BagChildIterator it) : it_(it) { skip(); }
        reference operator*() const { return {*key_, Mapped::read(*it_)}; }
        Iterator& operator++() {
            ++it_;
            skip();
            return *this;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
            return a.it_ == b.it_;
        }

    private:
        void skip() {
            while (it_ != BagChildIterator() && !decode_key()) {
                ++it_;
            }
        }
        bool decode_key() {
            const auto header = parse_header(it_->header());
            key_ = header.has_value() && header->keyed ? Key::decode(header->key) : std::nullopt;
            return key_.has_value();
        }
        BagChildIterator it_;
        std::optional<typename Key::Value> key_;
    };

    /// Pairs of key and value, in the order of the keys' bytes.
    [[nodiscard]] Iterator begin() const { return Iterator(children_.begin()); }
    [[nodiscard]] Iterator end() const { return {}; }
    [[nodiscard]] bool empty() const { return begin() == end(); }
    /// Counts them.
    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(std::distance(begin(), end()));
    }

private:
    BagView::Children children_;
};

/// A map from a primitive to anything a field can be.
template <typename Key, typename Mapped>
struct Map {
    using View = MapView<Key, Mapped>;
    [[nodiscard]] static View read(const BagView& field) noexcept { return View(field); }
};

}  // namespace ctx::bdl
