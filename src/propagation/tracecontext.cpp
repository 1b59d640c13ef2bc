#include "propagation/text.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace ctx {
namespace {

Stat malformed_traceparent{"ctx_propagation_traceparent_malformed_total",
                           "traceparent headers that broke the grammar: the trace began anew."};
Stat repeated_traceparent{"ctx_propagation_traceparent_repeated_total",
                          "Requests with several traceparent lines: the trace began anew."};
Stat malformed_tracestate{"ctx_propagation_tracestate_malformed_total",
                          "tracestate lists that were dropped whole."};

DiagnosticLimiter malformed_traceparent_limiter;
DiagnosticLimiter repeated_traceparent_limiter;
DiagnosticLimiter malformed_tracestate_limiter;

void report(Stat& stat, DiagnosticLimiter& limiter, std::string_view message) noexcept {
    stat.add();
    if (limiter.pass()) diagnose(Severity::warning, "propagation", message);
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

    [[nodiscard]] TraceState parse() const {
        if (first_.empty() && !too_long_) return {};
        const std::string_view list = joined_.empty() ? first_ : std::string_view{joined_};
        TraceState state = too_long_ ? TraceState{} : TraceState::parse(list);
        const bool has_members = list.find_first_not_of(", \t") != std::string_view::npos;
        if (too_long_ || (state.empty() && has_members)) {
            report(malformed_tracestate, malformed_tracestate_limiter,
                   "a tracestate header was malformed and is not sent on");
        }
        return state;
    }

private:
    std::string_view first_;
    std::string joined_;
    std::size_t size_ = 0;  // with the separators
    bool too_long_ = false;
};

TraceState read_tracestate(const CarrierReader& from) {
    TraceStateLines lines;
    from.find("tracestate", [&lines](std::string_view line) { lines.add(line); });
    return lines.parse();
}

}  // namespace

void extract_tracecontext(const CarrierReader& from, Extraction& into) {
    std::optional<SpanContext> span;
    std::size_t lines = 0;
    from.find("traceparent", [&](std::string_view line) {
        if (lines++ == 0) span = parse_traceparent(line);
    });
    if (lines == 0) return;
    if (lines > 1) {
        report(repeated_traceparent, repeated_traceparent_limiter,
               "a request had several traceparent headers; its trace begins anew");
    } else if (!span) {
        report(malformed_traceparent, malformed_traceparent_limiter,
               "a traceparent header was malformed; its trace begins anew");
    } else {
        span->trace_state = read_tracestate(from);
        into.found(std::move(*span));
    }
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
