// x-datadog- headers against regular expressions and schoolbook numbers.

#include "fuzz/format_checks.hpp"

#include <limits>

namespace {

using namespace ctx::fuzz;

/// The number in hex; nothing when it is none of 64 bits.
std::optional<std::string> number(const std::string& text) {
    if (!match(text, "[0-9]+")) return std::nullopt;
    const std::string hex = hex_of_decimal(text);
    return hex.size() <= 16 ? std::optional{hex} : std::nullopt;
}

std::string tid_of(const std::string& tags) {
    std::string tid;
    std::size_t begin = 0;
    while (begin <= tags.size()) {
        const std::size_t end = std::min(tags.find(',', begin), tags.size());
        const std::string tag = tags.substr(begin, end - begin);
        if (const auto found = match(tag, "[ \t]*_dd\\.p\\.tid[ \t]*=([ -~]+)")) {
            tid = match((*found)[1], "[0-9a-f]{16}") ? (*found)[1] : "";
        }
        begin = end + 1;
    }
    return tid;
}

Read reference(const Headers& in) {
    const auto trace = number(first(in, "x-datadog-trace-id").value_or(""));
    const auto span = number(first(in, "x-datadog-parent-id").value_or("0"));
    if (!trace || trace->empty() || !span) return {};
    const std::string tags = first(in, "x-datadog-tags").value_or("");
    const std::string tid = tags.size() <= 512 ? tid_of(tags) : "";
    Read read{without_zeros(tid + std::string(16 - trace->size(), '0') + *trace), *span, ""};
    const std::string priority = first(in, "x-datadog-sampling-priority").value_or("");
    if (match(priority, "-?[0-9]+")) {
        const bool negative = priority.front() == '-';
        const std::string digits = without_zeros(priority.substr(negative ? 1 : 0));
        const bool fits = digits.size() < 10 ||
                          (digits.size() == 10 &&
                           std::stoll(digits) <=
                               std::int64_t{std::numeric_limits<int>::max()} + (negative ? 1 : 0));
        if (fits) read.decision = !negative && !digits.empty() ? "1" : "0";
    }
    return read;
}

bool survives(const ctx::Context& once, const ctx::Context& twice) {
    if (!once.trace_id().is_valid()) return !twice.trace_id().is_valid();
    const ctx::DatadogState* a = ctx::datadog_state(once);
    const ctx::DatadogState* b = ctx::datadog_state(twice);
    if (a == nullptr || b == nullptr) return false;
    const bool has_room = a->tags.size() + 27 <= 512;
    return same_read(once, twice) && a->priority == b->priority && a->origin == b->origin &&
           (a->tags == b->tags || !has_room);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_format(ctx::datadog_format, headers_of(data, size), reference, survives);
    return 0;
}
