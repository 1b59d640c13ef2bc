// ctx/baggage/bdl/bag.hpp: what the classes that ctx-bdl writes have in common.
//
//     Tenant tenant = Tenant::get(context);                 // the bag as this context has it
//     tenant.set_name("acme");
//     context = Tenant::with(context, tenant);              // only `name` is written
//
// An object is a handle to a whole Baggage and the place of one bag in it. Reading looks into the
// serialized bytes; writing splices one field and leaves every other byte alone. with() writes the
// fields that were touched, and nothing else, so that what others wrote meanwhile stays.
//
// Threads   An object belongs to one thread, or is read by several; copies are cheap.
// Errors    Setters throw std::bad_alloc and nothing else.
// Cost      get(): one increment and one pass. A read: one pass over the bag. The first write
//           copies the baggage, further ones work in that copy: one allocation for all of them, and
//           one for each edit of a bag in a field.

#pragma once

#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/bdl/collection.hpp>
#include <ctx/baggage/bdl/counter.hpp>
#include <ctx/baggage/bdl/ordered.hpp>
#include <ctx/baggage/bdl/scalar.hpp>
#include <ctx/baggage/bdl/struct.hpp>
#include <ctx/export.hpp>

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace ctx::bdl {

/// The number of a bag (level 0), which tools agree on as on a port. 0 are the string entries.
struct BagNumber {
    std::uint32_t value;
};

namespace detail {

/// Where a mutator writes: a bag below a field of the class, by the field's position in it.
class Location {
public:
    Location(std::size_t ordinal, BagPath path) noexcept
        : ordinal_(ordinal), path_(std::move(path)) {}

    /// An entry of a map.
    template <typename Key>
    [[nodiscard]] Location key(typename Key::Param key) && {
        ctx::detail::ByteBuffer bytes;
        Key::encode(bytes, key);
        return {ordinal_, std::move(path_).key(bytes.view())};
    }

    [[nodiscard]] std::size_t ordinal() const noexcept { return ordinal_; }
    [[nodiscard]] const BagPath& path() const noexcept { return path_; }

private:
    std::size_t ordinal_;
    BagPath path_;
};

/// How a touched field goes into another baggage.
enum class Transfer : std::uint8_t { replace, merge };

/// The part that does not depend on the class.
class CTX_EXPORT BagCore {
public:
    /// Whether no field has anything.
    [[nodiscard]] bool empty() const noexcept { return view_.empty(); }

    /// Whether somebody on the way had to cut before the end of this bag: what is absent may have
    /// been lost, and collections may have gaps.
    [[nodiscard]] bool overflow() const noexcept { return view_.overflow(); }

    /// The baggage that the object looks at: the one it was read from, and its changes.
    [[nodiscard]] const Baggage& baggage() const noexcept { return baggage_; }
    [[nodiscard]] const BagView& view() const noexcept { return view_; }
    [[nodiscard]] const BagPath& path() const noexcept { return path_; }

    // No move: one that was moved from would look into a buffer that it no longer holds.
    BagCore(const BagCore&) = default;
    BagCore& operator=(const BagCore&) = default;

protected:
    ~BagCore() = default;
    BagCore(Baggage baggage, BagPath path);
    /// A bag that was found, or not, inside of another.
    BagCore(const BagView& view, std::uint32_t number_if_absent);

    void set_content(const BagPath& path, std::string_view content);
    void insert_datum(const BagPath& path, std::string_view payload);
    void erase_datum(const BagPath& path, std::string_view payload);
    void increment(const BagPath& counter, std::uint64_t by);
    void add_hop(const BagPath& path, std::string_view hop, std::size_t limit);
    void set_bag(const BagPath& path, const BagCore& value);
    void assign_baggage(Baggage baggage);

    /// `into` with one field of this bag.
    void transfer(Baggage& into, const BagPath& root, std::uint32_t field, Transfer how) const;

    Baggage baggage_;
    BagPath path_;
    BagView view_;

private:
    void refresh() noexcept { view_ = path_.find_in(baggage_.bags()); }
};

}  // namespace detail

/// The base of a class with that many fields. The class has `using Bag::Bag`, the numbers of its
/// fields as `field_indexes`, and perhaps its own as `number`.
template <typename Derived, std::size_t Fields>
class Bag : public detail::BagCore {
public:
    /// An object of its own, with nothing in it: to be put into a field of another bag.
    Bag() : BagCore({}, BagPath{own_number()}) {}

    Bag(const Bag&) = default;
    Bag& operator=(const Bag&) = default;

    /// The bag that a context, or anything with a baggage(), carries.
    template <typename Carrier>
    [[nodiscard]] static Derived get(const Carrier& carrier) {
        static_assert(
            requires { Derived::number; }, "no number in the .bb file: pass a BagNumber");
        return found_in(carrier.baggage(), own_number());
    }
    template <typename Carrier>
    [[nodiscard]] static Derived get(const Carrier& carrier, BagNumber number) {
        return found_in(carrier.baggage(), number.value);
    }
    [[nodiscard]] static Derived from(const Baggage& baggage, BagNumber number) {
        return found_in(baggage, number.value);
    }

    /// The context with what was set in `bag`. Collections and counters that were only added to
    /// are merged with what the context has meanwhile.
    template <typename Carrier>
    [[nodiscard]] static auto with(const Carrier& carrier, const Derived& bag) {
        static_assert(
            requires { Derived::number; }, "no number in the .bb file: pass a BagNumber");
        return carrier.with_baggage(bag.put_into(carrier.baggage(), own_number()));
    }
    template <typename Carrier>
    [[nodiscard]] static auto with(const Carrier& carrier, BagNumber number, const Derived& bag) {
        return carrier.with_baggage(bag.put_into(carrier.baggage(), number.value));
    }

    /// The baggage with what was set here, as bag `number`.
    [[nodiscard]] Baggage applied_to(const Baggage& baggage, BagNumber number) const {
        return put_into(baggage, number.value);
    }

protected:
    using Location = detail::Location;

    ~Bag() = default;

    Bag(Baggage baggage, BagPath path) : BagCore(std::move(baggage), std::move(path)) {}
    explicit Bag(const BagView& view) : BagCore(view, own_number()) {}

    template <typename Field>
    [[nodiscard]] typename Field::View read(std::uint32_t index) const {
        return Field::read(view_.child(std::uint64_t{index}));
    }

    [[nodiscard]] Location at(std::size_t ordinal, std::uint32_t index) const {
        return {ordinal, path_.field(index)};
    }

    template <typename Wire>
    void set(const Location& where, typename Wire::Param value) {
        touch(where, true);
        ctx::detail::ByteBuffer payload;
        Wire::encode(payload, value);
        set_datum(where.path(), payload.view());
    }
    /// Last: newer than what was there, even when that came from a clock that is ahead.
    template <typename Wire>
    void set(const Location& where, typename Wire::Param value,
             std::chrono::system_clock::time_point time) {
        touch(where, true);
        const auto given =
            std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
        const std::uint64_t seen = Wire::time_of(where.path().find_in(baggage_.bags()));
        const std::uint64_t now = given > 0 ? static_cast<std::uint64_t>(given) : 0;
        const std::uint64_t next = seen + (seen == ~std::uint64_t{0} ? 0 : 1);  // ends with time
        ctx::detail::ByteBuffer payload;
        Wire::encode(payload, now > seen ? now : next, value);
        set_datum(where.path(), payload.view());
    }
    void set_taint(const Location& where, bool value) {
        value ? set<Taint>(where, true) : clear(where);
    }
    void clear(const Location& where) {
        touch(where, true);
        set_content(where.path(), {});
    }
    template <typename Wire>
    void add(const Location& where, typename Wire::Param element) {
        touch(where, false);
        ctx::detail::ByteBuffer payload;
        Wire::encode(payload, element);
        insert_datum(where.path(), payload.view());
    }
    template <typename Wire>
    void remove(const Location& where, typename Wire::Param element) {
        touch(where, true);
        ctx::detail::ByteBuffer payload;
        Wire::encode(payload, element);
        erase_datum(where.path(), payload.view());
    }
    void increment(const Location& where, std::uint64_t by) {
        touch(where, false);
        BagCore::increment(where.path(), by);
    }
    template <std::size_t N>
    void add_hop(const Location& where, std::string_view hop) {
        touch(where, false);
        BagCore::add_hop(where.path(), hop, N);
    }
    void set_bag(const Location& where, const detail::BagCore& value) {
        touch(where, true);
        BagCore::set_bag(where.path(), value);
    }
    /// `edit` gets the bag as an object to work on; what it is afterwards comes into this one, also
    /// after an exception. This object can be used meanwhile, and does not see the edit yet.
    template <typename Inner, typename Edit>
    void edit_bag(const Location& where, Edit&& edit) {
        remember_base();
        const Baggage lent = baggage_;
        Inner inner{lent, where.path()};
        inner.remember_base();
        try {
            std::forward<Edit>(edit)(inner);
        } catch (...) {
            take_back(where, lent, inner);
            throw;
        }
        take_back(where, lent, inner);
    }

private:
    template <typename Other, std::size_t OtherFields>
    friend class Bag;
    template <typename B>
    friend struct BagOf;

    [[nodiscard]] static constexpr std::uint32_t own_number() noexcept {
        if constexpr (requires { Derived::number; }) {
            return Derived::number;
        } else {
            return 0xffffffff;  // of an object that lives nowhere yet
        }
    }
    [[nodiscard]] static Derived found_in(const Baggage& baggage, std::uint32_t number) {
        return Derived{baggage, BagPath{number}};
    }

    void set_datum(const BagPath& path, std::string_view payload) {
        ctx::detail::ByteBuffer atom;
        char* const begin = atom.grow(ctx::detail::atom_size(payload.size()));
        atom.shrink_to(ctx::detail::write_atom(begin, '\0', payload));
        set_content(path, atom.view());
    }
    void touch(const Location& where, bool replaced) noexcept {
        remember_base();
        touched_.set(where.ordinal());
        replaced_.set(where.ordinal(), replaced_.test(where.ordinal()) || replaced);
    }
    void remember_base() noexcept {
        if (!has_base_) {
            base_ = baggage_;
            has_base_ = true;
        }
    }

    // The end of an edit. Its baggage is this object's when it grew out of the one that was lent,
    // and nothing else was written meanwhile; otherwise, as after an assignment of another bag, the
    // content goes to its place.
    template <typename Inner, std::size_t InnerFields>
    void take_back(const Location& where, const Baggage& lent,
                   const Bag<Inner, InnerFields>& inner) {
        const bool grew_from_lent = inner.has_base_ && inner.base_.buffer() == lent.buffer() &&
                                    inner.path_.headers() == where.path().headers();
        touch(where, !grew_from_lent || inner.replaced_.any());
        if (grew_from_lent && baggage_.buffer() == lent.buffer()) {
            assign_baggage(inner.baggage_);
        } else {
            BagCore::set_bag(where.path(), inner);
        }
    }

    [[nodiscard]] Baggage put_into(const Baggage& baggage, std::uint32_t number) const {
        if (touched_.none()) {
            return baggage;
        }
        const BagPath root{number};
        if (baggage.buffer() == base_.buffer() && root.headers() == path_.headers()) {
            return baggage_;  // nobody wrote anything else meanwhile
        }
        Baggage result = baggage;
        for (std::size_t i = 0; i < Fields; ++i) {
            if (touched_.test(i)) {
                transfer(result, root, Derived::field_indexes[i],
                         replaced_.test(i) ? detail::Transfer::replace : detail::Transfer::merge);
            }
        }
        return result;
    }

    Baggage base_;  // what baggage_ was before the first change, from then on
    bool has_base_ = false;
    std::bitset<Fields> touched_;
    std::bitset<Fields> replaced_;  // not only added to
};

/// A bag in a field of another bag.
template <typename B>
struct BagOf {
    using View = B;
    [[nodiscard]] static B read(const BagView& field) { return B{field}; }
};

}  // namespace ctx::bdl
