// X-Cloud-Trace-Context against a regular expression.

#include "fuzz/format_checks.hpp"

namespace {

using namespace ctx::fuzz;

Read reference(const Headers& in) {
    const auto value = first(in, "x-cloud-trace-context");
    if (!value) return {};
    const auto parts = match(*value, "([0-9a-fA-F]{32})(/([0-9]*))?(;(o=([0-9]*))?)?");
    if (!parts) return {};
    Read read{without_zeros((*parts)[1]), hex_of_decimal((*parts)[3]), ""};
    if (read.trace.empty() || read.span.size() > 16) return {};
    const std::string options = (*parts)[6];
    if (hex_of_decimal(options).size() > 16) return {};
    if (!options.empty()) read.decision = (options.back() - '0') % 2 == 1 ? "1" : "0";
    return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Headers in = headers_of(data, size);
    for (const auto& [name, value] : in) {
        if (value.size() > 600) return 0;  // the reference gives up, the format need not
    }
    check_format(ctx::cloud_trace_format, in, reference, same_read);
    return 0;
}
