// Classes as ctx-bdl writes them, with a field of every type.

#pragma once

#include <ctx/baggage/bdl.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ctx::test {

using Time = std::chrono::system_clock::time_point;

// What a context is to a typed bag.
struct Carrier {
    Baggage value;
    [[nodiscard]] const Baggage& baggage() const noexcept { return value; }
    [[nodiscard]] static Carrier with_baggage(Baggage changed) { return {std::move(changed)}; }
};

struct Point {
    std::int32_t x = 0;
    std::string name;
    friend bool operator==(const Point&, const Point&) = default;
    template <typename V>
    void visit_fields(V&& visit) {
        visit.template field<bdl::Int32>(x);
        visit.template field<bdl::String>(name);
    }
    template <typename V>
    void visit_fields(V&& visit) const {
        visit.template field<bdl::Int32>(x);
        visit.template field<bdl::String>(name);
    }
};

class Inner : public bdl::Bag<Inner, 2> {
public:
    using bdl::Bag<Inner, 2>::Bag;
    static constexpr std::uint32_t field_indexes[] = {1, 2};
    static constexpr std::uint32_t number = 3;
    [[nodiscard]] bdl::SetView<bdl::Fixed64> ids() const { return read<bdl::Set<bdl::Fixed64>>(1); }
    void add_ids(std::uint64_t id) { add<bdl::Fixed64>(at(0, 1), id); }
    [[nodiscard]] bdl::CounterView hits() const { return read<bdl::Counter>(2); }
    void increment_hits(std::uint64_t by = 1) { increment(at(1, 2), by); }
};

// One register each: field I of the class below, by its wire type.
template <typename Wire>
class Single : public bdl::Bag<Single<Wire>, 1> {
public:
    using Base = bdl::Bag<Single<Wire>, 1>;
    using Base::Base;
    static constexpr std::uint32_t field_indexes[] = {1};
    static constexpr std::uint32_t number = 20;
    [[nodiscard]] auto value() const { return this->template read<Wire>(1); }
    void set_value(typename Wire::Param value) { this->template set<Wire>(this->at(0, 1), value); }
};

class Everything : public bdl::Bag<Everything, 10> {
public:
    using bdl::Bag<Everything, 10>::Bag;
    static constexpr std::uint32_t field_indexes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 200};
    static constexpr std::uint32_t number = 10;

    [[nodiscard]] std::optional<std::int32_t> limit() const { return read<bdl::Int32>(1); }
    void set_limit(std::int32_t value) { set<bdl::Int32>(at(0, 1), value); }
    [[nodiscard]] std::optional<std::string_view> name() const { return read<bdl::String>(2); }
    void set_name(std::string_view value) { set<bdl::String>(at(1, 2), value); }
    void clear_name() { clear(at(1, 2)); }
    [[nodiscard]] bool tainted() const { return read<bdl::Taint>(3); }
    void set_tainted(bool value) { set_taint(at(2, 3), value); }
    [[nodiscard]] bdl::SetView<bdl::String> tags() const { return read<bdl::Set<bdl::String>>(4); }
    void add_tags(std::string_view tag) { add<bdl::String>(at(3, 4), tag); }
    void remove_tags(std::string_view tag) { remove<bdl::String>(at(3, 4), tag); }
    [[nodiscard]] bdl::MapView<bdl::String, bdl::BagOf<Inner>> parts() const {
        return read<bdl::Map<bdl::String, bdl::BagOf<Inner>>>(5);
    }
    template <typename Edit>
    void edit_parts(std::string_view key, Edit&& edit) {
        edit_bag<Inner>(at(4, 5).key<bdl::String>(key), std::forward<Edit>(edit));
    }
    void remove_parts(std::string_view key) { clear(at(4, 5).key<bdl::String>(key)); }
    [[nodiscard]] bdl::CounterView rows() const { return read<bdl::Counter>(6); }
    void increment_rows(std::uint64_t by = 1) { increment(at(5, 6), by); }
    [[nodiscard]] std::optional<std::string_view> route() const {
        return read<bdl::Last<bdl::String>>(7);
    }
    void set_route(std::string_view value, Time time) {
        set<bdl::Last<bdl::String>>(at(6, 7), value, time);
    }
    [[nodiscard]] bdl::CallpathView hops() const { return read<bdl::Callpath<3>>(8); }
    void add_hops(std::string_view hop) { add_hop<3>(at(7, 8), hop); }
    [[nodiscard]] std::optional<Point> origin() const { return read<bdl::Struct<Point>>(9); }
    void set_origin(const Point& value) { set<bdl::Struct<Point>>(at(8, 9), value); }
    [[nodiscard]] Inner inner() const { return read<bdl::BagOf<Inner>>(200); }
    void set_inner(const Inner& value) { set_bag(at(9, 200), value); }
    template <typename Edit>
    void edit_inner(Edit&& edit) {
        edit_bag<Inner>(at(9, 200), std::forward<Edit>(edit));
    }
};

}  // namespace ctx::test
