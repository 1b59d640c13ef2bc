// X-Amzn-Trace-Id against a naive reader of its fields.

#include "fuzz/format_checks.hpp"

namespace {

using namespace ctx::fuzz;

std::vector<std::string> parts_of(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

Read reference(const Headers& in) {
    const auto value = first(in, "x-amzn-trace-id");
    if (!value) return {};
    Read read;
    for (const std::string& field : parts_of(*value, ';')) {
        const std::size_t equals = std::min(field.find('='), field.size());
        const std::string name = trimmed(field.substr(0, equals));
        const std::string text = trimmed(field.substr(std::min(equals + 1, field.size())));
        if (name == "Root") {
            const auto ids = match(text, "1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})");
            if (!ids) return {};
            read.trace = without_zeros((*ids)[1] + (*ids)[2]);
        } else if (name == "Parent") {
            if (!match(text, "[0-9a-fA-F]{16}")) return {};
            read.span = without_zeros(text);
            if (read.span.empty()) return {};
        } else if (name == "Sampled") {
            if (text != "0" && text != "1" && text != "?") return {};
            if (text != "?") read.decision = text;
        }
    }
    return read.trace.empty() ? Read{} : read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_format(ctx::xray_format, headers_of(data, size), reference, same_read);
    return 0;
}
