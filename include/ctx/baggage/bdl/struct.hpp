// ctx/baggage/bdl/struct.hpp: several members in one value.
//
//     struct Point { std::int32_t x = 0; std::int32_t y = 0;
//         template <typename V> void visit_fields(V&& visit)       { visit.template
//         field<Int32>(x); … } template <typename V> void visit_fields(V&& visit) const { … }
//     };                                             // ctx-bdl writes these
//     ctx::bdl::Struct<Point>::decode(payload)->y;
//
// The members stand one behind the other, in the order of declaration, without tags (Tracing Plane
// BDL 5.5): members may be appended later, nothing else may change. A merge does not look inside.
//
// Threads   Pure functions.
// Errors    Bytes that end early leave the members that are missing at their defaults.
// Cost      What the members cost; text members are copied.

#pragma once

#include <ctx/baggage/bdl/scalar.hpp>

#include <optional>
#include <string_view>

namespace ctx::bdl {

namespace detail {

class StructWriter {
public:
    explicit StructWriter(ctx::detail::ByteBuffer& out) noexcept : out_(&out) {}
    template <typename Wire, typename Member>
    void field(const Member& member) {
        Wire::write_member(*out_, member);
    }

private:
    ctx::detail::ByteBuffer* out_;
};

class StructReader {
public:
    explicit StructReader(std::string_view bytes) noexcept : rest_(bytes) {}
    template <typename Wire, typename Member>
    void field(Member& member) {
        complete_ = complete_ && Wire::read_member(rest_, member);
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    [[nodiscard]] bool complete() const noexcept { return complete_; }

private:
    std::string_view rest_;
    bool complete_ = true;
};

}  // namespace detail

template <typename S>
struct Struct {
    using Value = S;
    using Param = const S&;
    using View = std::optional<S>;

    [[nodiscard]] static View read(const BagView& field) {
        return field.first_datum([](std::string_view payload) { return decode(payload); });
    }
    /// Always a value: what is missing keeps its default.
    [[nodiscard]] static View decode(std::string_view payload) {
        S value;
        detail::StructReader reader(payload);
        value.visit_fields(reader);
        return value;
    }
    static void encode(ctx::detail::ByteBuffer& out, const S& value) {
        detail::StructWriter writer(out);
        value.visit_fields(writer);
    }
    static void write_member(ctx::detail::ByteBuffer& out, const S& value) { encode(out, value); }
    [[nodiscard]] static bool read_member(std::string_view& rest, S& member) {
        detail::StructReader reader(rest);
        member.visit_fields(reader);
        rest = reader.rest();
        return reader.complete();
    }
};

}  // namespace ctx::bdl
