// ot-tracer- headers against regular expressions.

#include "fuzz/format_checks.hpp"

namespace {

using namespace ctx::fuzz;

Read reference(const Headers& in) {
    const auto trace = first(in, "ot-tracer-traceid");
    const auto span = first(in, "ot-tracer-spanid");
    if (!trace || !span || !match(*trace, "[0-9a-f]{16}|[0-9a-f]{32}") ||
        !match(*span, "[0-9a-f]{16}")) {
        return {};
    }
    const std::string sampled = lower(first(in, "ot-tracer-sampled").value_or(""));
    Read read{without_zeros(*trace), without_zeros(*span), ""};
    if (sampled == "1" || sampled == "true") read.decision = "1";
    if (sampled == "0" || sampled == "false") read.decision = "0";
    return read.trace.empty() || read.span.empty() ? Read{} : read;
}

/// The left half of a trace id is lost, and values that are no header text.
bool survives(const ctx::Context& once, const ctx::Context& twice) {
    if (once.trace_id().low() == 0) return !twice.trace_id().is_valid();
    return twice.trace_id() == ctx::TraceId{0, once.trace_id().low()} &&
           twice.span_id() == once.span_id() && twice.flags() == once.flags() &&
           twice.baggage().size() <= once.baggage().size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_format(ctx::ottrace_format, headers_of(data, size), reference, survives);
    return 0;
}
