// traceparent and the answers to it, against regular expressions.

#include "fuzz/format_checks.hpp"

namespace {

using namespace ctx::fuzz;

std::optional<Read> reference(const std::string& value) {
    const std::string known = value.substr(0, 56);
    const auto parts =
        match(known, "([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-?)");
    if (value.size() > 56 && value.find(',', 56) != std::string::npos) return std::nullopt;
    if (!parts || (*parts)[1] == "ff" || ((*parts)[1] == "00" && !(*parts)[5].empty())) {
        return std::nullopt;
    }
    const unsigned flags = static_cast<unsigned>(std::stoul((*parts)[4], nullptr, 16));
    Read read{without_zeros((*parts)[2]), without_zeros((*parts)[3]),
              (flags & 1U) != 0 ? "1" : "0"};
    if (read.trace.empty() || read.span.empty()) return std::nullopt;
    return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string value{reinterpret_cast<const char*>(data), size};
    const auto span = ctx::parse_traceparent(value);
    if (value.size() <= ctx::traceparent_max_size) {
        const auto expected = reference(trimmed(value));
        CTX_FUZZ_CHECK(span.has_value() == expected.has_value());
        if (span) CTX_FUZZ_CHECK(read_of(ctx::Context{}.with_span(*span)) == *expected);
    }
    for (const auto header :
         {ctx::ResponseHeader::traceresponse, ctx::ResponseHeader::server_timing}) {
        Headers response{{"server-timing", value}};
        const ctx::Context context = ctx::Context{}.with_span(span.value_or(ctx::SpanContext{}));
        ctx::inject_response(context, response, header);
        if (!span) continue;
        CTX_FUZZ_CHECK(ctx::extract_response(response).has_value());
    }
    (void)ctx::parse_server_timing(value);
    return 0;
}
