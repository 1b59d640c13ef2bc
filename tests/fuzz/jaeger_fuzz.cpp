// uber-trace-id against a regular expression; entries against a naive decoder.

#include "fuzz/format_checks.hpp"

#include <regex>

namespace {

using namespace ctx::fuzz;

std::string percent_decoded(const std::string& text) {
    static const std::regex escape{"%([0-9a-fA-F]{2})"};
    std::string decoded;
    auto from = text.cbegin();
    for (std::sregex_iterator at{text.begin(), text.end(), escape}; at != std::sregex_iterator{};
         ++at) {
        decoded.append(from, (*at)[0].first);
        decoded += static_cast<char>(std::stoul((*at)[1], nullptr, 16));
        from = (*at)[0].second;
    }
    return decoded.append(from, text.cend());
}

Read reference(const Headers& in) {
    Read read;
    const auto value = first(in, "uber-trace-id");
    if (value && value->size() <= 256) {
        const std::string text = percent_decoded(*value);
        const auto parts =
            match(text, "([0-9a-fA-F]{1,32}):([0-9a-fA-F]{1,16}):[^:]*:([0-9a-fA-F]{1,2})");
        if (parts) {
            const unsigned flags = static_cast<unsigned>(std::stoul((*parts)[3], nullptr, 16));
            read = {without_zeros((*parts)[1]), without_zeros((*parts)[2]),
                    (flags & 1U) == 0   ? "0"
                    : (flags & 2U) == 0 ? "1"
                                        : "d"};
        }
        if (read.trace.empty() || read.span.empty()) read = {};
    }
    const auto debug = first(in, "jaeger-debug-id");
    if (debug && !debug->empty()) read.decision = "d";
    return read;
}

/// Keys come back in lower case; a decision without a trace cannot be said.
bool survives(const ctx::Context& once, const ctx::Context& twice) {
    for (const ctx::BaggageEntry& entry : twice.baggage()) {
        if (entry.key != lower(std::string{entry.key})) return false;
    }
    if (!once.trace_id().is_valid()) return !twice.trace_id().is_valid();
    return same_read(once, twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_format(ctx::jaeger_format, headers_of(data, size), reference, survives);
    return 0;
}
