#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/text.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation/xray.hpp>

#include <algorithm>
#include <optional>

namespace ctx {
namespace {

constexpr std::size_t epoch_digits = 8;
constexpr std::size_t unique_digits = 24;

detail::Complaint malformed{"ctx_propagation_xray_malformed_total",
                            "X-Amzn-Trace-Id headers that broke the grammar: the trace began anew.",
                            "an X-Amzn-Trace-Id header was malformed; its trace begins anew"};

/// The trace whose caller wrote `Sampled=?`: he asks to be told.
constinit const Key<TraceId> asked_for{"xray-sampled-asked"};

struct Header {
    std::optional<TraceId> root;
    SpanId parent;
    TraceFlags flags;
    bool asks = false;
    std::optional<Rejection> rejection;
};

/// `1-{8 digits}-{24 digits}` (X-Ray: the first are a time, which nobody checks).
std::optional<TraceId> read_root(std::string_view text) noexcept {
    constexpr std::size_t size = 2 + epoch_digits + 1 + unique_digits;
    if (text.size() != size || !text.starts_with("1-") || text[2 + epoch_digits] != '-') {
        return std::nullopt;
    }
    char digits[epoch_digits + unique_digits];
    text.copy(digits, epoch_digits, 2);
    text.copy(digits + epoch_digits, unique_digits, size - unique_digits);
    return detail::parse_short_trace_id({digits, sizeof digits});
}

void read_sampled(std::string_view text, Header& header) noexcept {
    if (text == "1") {
        header.flags = TraceFlags{TraceFlags::sampled_bit};
    } else if (text == "0") {
        header.flags = TraceFlags{0};
    } else if (text == "?") {
        header.asks = true;
    } else {
        header.rejection = Rejection::decision;
    }
}

void read_field(std::string_view field, Header& header) noexcept {
    const std::string_view name = detail::trim_ows(detail::next_part(field, '='));
    const std::string_view value = detail::trim_ows(field);
    if (name == "Root") {
        header.root = read_root(value);
        if (!header.root) header.rejection = Rejection::shape;
    } else if (name == "Parent") {
        const auto parent = value.size() == 16 ? detail::parse_hex(value) : std::nullopt;
        header.parent = SpanId{parent.value_or(0)};
        if (!parent) header.rejection = Rejection::digits;
        if (parent == 0U) header.rejection = Rejection::zero_id;
    } else if (name == "Sampled") {
        read_sampled(value, header);
    }
}

Header read_header(std::string_view text) noexcept {
    Header header;
    while (!text.empty())
        read_field(detail::next_part(text, ';'), header);
    if (!header.root && !header.rejection) header.rejection = Rejection::incomplete;
    if (header.root && !header.root->is_valid()) header.rejection = Rejection::zero_id;
    return header;
}

/// Appends to a buffer that is large enough for every header.
struct Text {
    char bytes[96];
    std::size_t size = 0;

    void put(std::string_view text) noexcept { size += text.copy(bytes + size, text.size()); }
    void put_hex(std::uint64_t value, std::size_t digits) noexcept {
        char all[16];
        detail::write_hex_u64(value, all);
        put({all + 16 - digits, digits});
    }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes, size}; }
};

}  // namespace

void extract_xray(const CarrierReader& from, Extraction& into) {
    const auto value = detail::first_line(from, "x-amzn-trace-id");
    if (!value) return;
    const Header header = read_header(*value);
    if (header.rejection) return malformed.reject(into, *header.rejection);
    into.found(SpanContext{*header.root, header.parent, header.flags, {}, true});
    if (header.asks) into.keep(asked_for, *header.root);
}

void inject_xray(ContextView context, const CarrierWriter& into) {
    const TraceId trace_id = context.trace_id();
    if (!trace_id.is_valid()) return into.remove("x-amzn-trace-id");
    Text text;
    text.put("Root=1-");
    text.put_hex(trace_id.high() >> 32, 8);
    text.put("-");
    text.put_hex(trace_id.high() & 0xffffffffU, 8);
    text.put_hex(trace_id.low(), 16);
    if (context.span_id().is_valid()) {
        text.put(";Parent=");
        text.put_hex(context.span_id().value(), 16);
    }
    const TraceId* asked = context.get(asked_for);
    if (context.flags().decided()) {
        text.put(context.flags().sampled() ? ";Sampled=1" : ";Sampled=0");
    } else if (asked != nullptr && *asked == trace_id) {
        text.put(";Sampled=?");
    }
    into.set("x-amzn-trace-id", text.view());
}

}  // namespace ctx
