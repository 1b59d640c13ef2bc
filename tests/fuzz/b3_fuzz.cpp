// B3 in both spellings, against regular expressions of the two.

#include "fuzz/format_checks.hpp"

namespace {

using namespace ctx::fuzz;

std::optional<Read> single(const Headers& in) {
    const auto value = first(in, "b3");
    if (!value) return std::nullopt;
    if (match(*value, "[01d]")) return Read{"", "", *value};
    const auto parts =
        match(*value, "([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(-([01d]))?(-[0-9a-f]{16})?");
    if (!parts) return std::nullopt;
    const Read read{without_zeros((*parts)[1]), without_zeros((*parts)[2]), (*parts)[4]};
    if (read.trace.empty() || read.span.empty()) return std::nullopt;
    return read;
}

Read multi(const Headers& in) {
    const auto trace = first(in, "x-b3-traceid");
    const auto span = first(in, "x-b3-spanid");
    const auto sampled = first(in, "x-b3-sampled");
    std::string decision;
    if (sampled) {
        const std::string word = lower(*sampled);
        if (word == "1" || word == "true") decision = "1";
        if (word == "0" || word == "false") decision = "0";
        if (decision.empty()) return {};
    }
    if (first(in, "x-b3-flags") == "1") decision = "d";
    if (!trace && !span) return {"", "", decision};
    if (!trace || !span || !match(*trace, "[0-9a-f]{16}|[0-9a-f]{32}") ||
        !match(*span, "[0-9a-f]{16}")) {
        return {};
    }
    Read read{without_zeros(*trace), without_zeros(*span), decision};
    return read.trace.empty() || read.span.empty() ? Read{} : read;
}

Read reference(const Headers& in) {
    if (const auto read = single(in)) return *read;
    return multi(in);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Headers in = headers_of(data, size);
    check_format(ctx::b3_format, in, reference, same_read);
    check_format(ctx::b3_multi_format, in, reference, same_read);
    return 0;
}
