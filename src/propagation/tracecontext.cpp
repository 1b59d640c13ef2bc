#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include "propagation/w3c_lines.hpp"
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace ctx {
namespace {

detail::Complaint malformed_traceparent{
    "ctx_propagation_traceparent_malformed_total",
    "traceparent headers that broke the grammar: the trace began anew.",
    "a traceparent header was malformed; its trace begins anew"};
detail::Complaint repeated_traceparent{
    "ctx_propagation_traceparent_repeated_total",
    "Requests with several traceparent lines: the trace began anew.",
    "a request had several traceparent headers; its trace begins anew"};
detail::Complaint malformed_tracestate{"ctx_propagation_tracestate_malformed_total",
                                       "tracestate lists that were dropped whole.",
                                       "a tracestate header was malformed and is not sent on"};

/// What is wrong with a line that parse_traceparent() refuses.
[[gnu::noinline, gnu::cold]] Rejection reason_of(std::string_view line) noexcept {
    line = detail::trim_ows(line);
    if (line.size() > traceparent_max_size) return Rejection::too_long;
    if (line.size() < traceparent_size) return Rejection::shape;
    const auto is_zero = [](std::string_view id) {
        return id.find_first_not_of('0') == std::string_view::npos;
    };
    return is_zero(line.substr(3, TraceId::hex_digits)) ||
                   is_zero(line.substr(36, SpanId::hex_digits))
               ? Rejection::zero_id
               : Rejection::shape;
}

/// A line that is no traceparent in text: of a message of AMQP it may be bytes, that begin with 0.
[[gnu::noinline, gnu::cold]] std::variant<SpanContext, Rejection> parse_other(
    std::string_view line) noexcept {
    if (line.starts_with('\0')) return parse_binary_trace_context(line);
    return reason_of(line);
}

/// The lines of one `tracestate`, joined when there are several (Level 2, 3.3.1).
class TraceStateLines {
public:
    void add(std::string_view line) {
        line = detail::trim_ows(line);
        if (line.empty() || too_long_) return;
        size_ += line.size() + (first_.empty() ? 0 : 1);
        too_long_ = size_ > tracestate_max_size;
        if (too_long_) return;
        if (first_.empty()) {
            first_ = line;
        } else {
            if (joined_.empty()) joined_ = first_;
            joined_.append(1, ',').append(line);
        }
    }

    [[nodiscard]] TraceState parse(Extraction& into) const {
        if (first_.empty() && !too_long_) return {};
        const std::string_view list = joined_.empty() ? first_ : std::string_view{joined_};
        TraceState state = too_long_ ? TraceState{} : TraceState::parse(list);
        const bool has_members = list.find_first_not_of(", \t") != std::string_view::npos;
        if (too_long_ || (state.empty() && has_members)) {
            malformed_tracestate.reject(into, Rejection::list);
        }
        return state;
    }

private:
    std::string_view first_;
    std::string joined_;
    std::size_t size_ = 0;  // with the separators
    bool too_long_ = false;
};

TraceState read_tracestate(const detail::HeaderLines& header, const CarrierReader& from,
                           Extraction& into) {
    if (header.count == 0) return {};
    TraceStateLines lines;
    if (header.count == 1) {
        lines.add(header.first);
    } else {
        from.find("tracestate", [&lines](std::string_view line) { lines.add(line); });
    }
    return lines.parse(into);
}

}  // namespace

void detail::take_tracecontext(const HeaderLines& traceparent, const HeaderLines& tracestate,
                               const CarrierReader& from, Extraction& into) {
    if (traceparent.count == 0) return;
    if (traceparent.count > 1) return repeated_traceparent.reject(into, Rejection::repeated);
    std::optional<SpanContext> span = parse_traceparent(traceparent.first);
    if (!span) {
        const auto other = parse_other(traceparent.first);
        if (const auto* reason = std::get_if<Rejection>(&other)) {
            return malformed_traceparent.reject(into, *reason);
        }
        span = std::get<SpanContext>(other);
    }
    span->trace_state = read_tracestate(tracestate, from, into);
    into.found(std::move(*span));
}

void extract_tracecontext(const CarrierReader& from, Extraction& into) {
    detail::HeaderLines lines[2];
    from.find_each(tracecontext_fields,
                   [&lines](std::size_t i, std::string_view line) { lines[i].add(line); });
    detail::take_tracecontext(lines[0], lines[1], from, into);
}

void detail::extract_w3c(const CarrierReader& from, Extraction& into) {
    static constexpr std::string_view names[] = {"traceparent", "tracestate", "baggage"};
    HeaderLines lines[3];
    from.find_each(names, [&lines](std::size_t i, std::string_view line) { lines[i].add(line); });
    take_tracecontext(lines[0], lines[1], from, into);
    take_baggage(lines[2], from, into);
}

void inject_tracecontext(ContextView context, const CarrierWriter& into) {
    const detail::Node* node = context.node();
    if (node == nullptr || !node->trace_id.is_valid() || !node->span_id.is_valid()) {
        into.remove("traceparent");
        into.remove("tracestate");
        return;
    }
    char text[traceparent_size];
    write_traceparent(node->trace_id, node->span_id, node->flags, text);
    into.set("traceparent", {text, traceparent_size});
    if (node->trace_state.empty()) {
        into.remove("tracestate");
    } else {
        into.set("tracestate", node->trace_state.header());
    }
}

}  // namespace ctx
