#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/text.hpp"
#include <ctx/propagation/b3.hpp>

#include <optional>
#include <variant>

namespace ctx {
namespace {

detail::Complaint malformed{"ctx_propagation_b3_malformed_total",
                            "B3 headers that broke the grammar and were not used.",
                            "B3 headers were malformed and are not used"};

/// What B3 headers say: a span, or a decision alone, or nothing that can be used.
using B3 = std::variant<SpanContext, TraceFlags, Rejection>;

constexpr TraceFlags accept{TraceFlags::sampled_bit};
constexpr TraceFlags deny{0};
constexpr TraceFlags debug = TraceFlags{}.with_debug();

std::optional<TraceFlags> decision_of(std::string_view field) noexcept {
    if (field == "1") return accept;
    if (field == "0") return deny;
    if (field == "d") return debug;
    return std::nullopt;
}

B3 read_ids(std::string_view trace_id, std::string_view span_id, TraceFlags flags) noexcept {
    const auto trace = detail::parse_trace_id(trace_id);
    const auto span = detail::parse_hex16(span_id);
    if (!trace || !span) return Rejection::digits;
    if (!trace->is_valid() || *span == 0) return Rejection::zero_id;
    return SpanContext{*trace, SpanId{*span}, flags, {}, true};
}

/// What is behind the ids of `b3`: "", "-1", "-1-<parent>" or "-<parent>". Nothing: malformed.
std::optional<TraceFlags> read_tail(std::string_view tail) noexcept {
    constexpr std::size_t parent_size = 1 + SpanId::hex_digits;
    TraceFlags flags;  // deferred
    if (tail.size() == 2 || tail.size() == 2 + parent_size) {
        const auto decision = decision_of(tail.substr(1, 1));
        if (tail[0] != '-' || !decision) return std::nullopt;
        flags = *decision;
        tail.remove_prefix(2);
    }
    if (tail.empty()) return flags;
    if (tail.size() != parent_size || tail[0] != '-') return std::nullopt;
    // The parent is checked for its form and not used: it is the caller's own business.
    if (!detail::parse_hex16(tail.substr(1))) return std::nullopt;
    return flags;
}

B3 read_single(std::string_view value) noexcept {
    if (value.size() == 1) {
        if (const auto decision = decision_of(value)) return *decision;
        return Rejection::decision;
    }
    const std::size_t trace_end = value.find('-');
    if (trace_end == std::string_view::npos) return Rejection::shape;
    const std::string_view rest = value.substr(trace_end + 1);
    if (rest.size() < SpanId::hex_digits) return Rejection::digits;
    const auto flags = read_tail(rest.substr(SpanId::hex_digits));
    if (!flags) return Rejection::shape;
    return read_ids(value.substr(0, trace_end), rest.substr(0, SpanId::hex_digits), *flags);
}

struct MultiHeaders {
    std::optional<std::string_view> trace_id, span_id, sampled, flags;

    explicit MultiHeaders(const CarrierReader& from)
        : trace_id(detail::first_line(from, "x-b3-traceid")),
          span_id(detail::first_line(from, "x-b3-spanid")),
          sampled(detail::first_line(from, "x-b3-sampled")),
          flags(detail::first_line(from, "x-b3-flags")) {}
};

/// Early tracers wrote words.
std::optional<TraceFlags> sampled_of(std::string_view text) noexcept {
    if (text == "1" || detail::equals_ignoring_case(text, "true")) return accept;
    if (text == "0" || detail::equals_ignoring_case(text, "false")) return deny;
    return std::nullopt;
}

/// Nothing: there are no such headers.
std::optional<B3> read_multi(const MultiHeaders& headers) noexcept {
    TraceFlags flags;  // deferred
    if (headers.sampled) {
        const auto sampled = sampled_of(*headers.sampled);
        if (!sampled) return Rejection::decision;
        flags = *sampled;
    }
    if (headers.flags == "1") flags = debug;
    if (headers.trace_id && headers.span_id) {
        return read_ids(*headers.trace_id, *headers.span_id, flags);
    }
    if (headers.trace_id || headers.span_id) return Rejection::incomplete;
    if (flags.decided()) return flags;
    return std::nullopt;
}

/// @return whether it could be used.
bool take(const B3& b3, Extraction& into) noexcept {
    if (const auto* reason = std::get_if<Rejection>(&b3)) {
        malformed.reject(into, *reason);
        return false;
    }
    if (const auto* decision = std::get_if<TraceFlags>(&b3)) {
        into.decided(*decision);
    } else {
        into.found(std::get<SpanContext>(b3));
    }
    return true;
}

/// 1, 0 or d; NUL when nobody has decided.
char letter_of(TraceFlags flags) noexcept {
    if (flags.debug()) return 'd';
    if (!flags.decided()) return '\0';
    return flags.sampled() ? '1' : '0';
}

}  // namespace

void extract_b3(const CarrierReader& from, Extraction& into) {
    if (const auto single = detail::first_line(from, "b3")) {
        if (take(read_single(*single), into)) return;
    }
    if (const auto multi = read_multi(MultiHeaders{from})) take(*multi, into);
}

void inject_b3(ContextView context, const CarrierWriter& into) {
    const char letter = letter_of(context.flags());
    if (!detail::has_span(context)) {
        const bool says_all = letter != '\0' && !context.trace_id().is_valid();
        return says_all ? into.set("b3", {&letter, 1}) : into.remove("b3");
    }
    char text[32 + 1 + 16 + 2];
    char* end = detail::write_trace_id(context.trace_id(), text);
    *end++ = '-';
    end = detail::write_span_id(context.span_id(), end);
    if (letter != '\0') {
        *end++ = '-';
        *end++ = letter;
    }
    into.set("b3", {text, static_cast<std::size_t>(end - text)});
}

void inject_b3_multi(ContextView context, const CarrierWriter& into) {
    into.remove("x-b3-parentspanid");  // OpenTelemetry: MUST NOT be sent
    if (detail::has_span(context)) {
        char text[32];
        detail::write_trace_id(context.trace_id(), text);
        into.set("x-b3-traceid", {text, 32});
        detail::write_span_id(context.span_id(), text);
        into.set("x-b3-spanid", {text, 16});
    } else {
        into.remove("x-b3-traceid");
        into.remove("x-b3-spanid");
    }
    const char letter = detail::has_span(context) || !context.trace_id().is_valid()
                            ? letter_of(context.flags())
                            : '\0';
    if (letter == 'd') {
        into.set("x-b3-flags", "1");
    } else {
        into.remove("x-b3-flags");
    }
    if (letter == '0' || letter == '1') {
        into.set("x-b3-sampled", {&letter, 1});
    } else {
        into.remove("x-b3-sampled");  // debug implies it
    }
}

}  // namespace ctx
