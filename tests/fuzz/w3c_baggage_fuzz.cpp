// Any text as a `baggage` header (a NUL begins the next line): compared with the slow parser,
// then sent and read again.

#include "baggage/reference.hpp"
#include "fuzz/check.hpp"
#include <ctx/baggage/w3c_baggage.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace ctx::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const ctx::BaggageLimits limits{data[0], data[1] < 128 ? data[1] : std::size_t{8192}};
    const std::vector<std::string> lines =
        reference_split({reinterpret_cast<const char*>(data) + 2, size - 2}, '\0');
    const ReferenceBaggage expected = reference_parse(lines, limits.max_members, limits.max_bytes);

    ctx::W3CBaggageReader reader(limits);
    for (const std::string& line : lines) {
        reader.add(line);
    }
    ctx::ParseReport report;
    const auto baggage = reader.finish(&report);
    CTX_FUZZ_CHECK(report.kept == expected.members.size());
    CTX_FUZZ_CHECK(report.malformed == expected.malformed);
    CTX_FUZZ_CHECK(report.duplicate == expected.duplicate);
    const auto by_key = expected.by_key();
    CTX_FUZZ_CHECK(baggage.size() == by_key.size());
    auto next = by_key.begin();
    for (const auto& entry : baggage) {
        CTX_FUZZ_CHECK(entry.key == next->second.key);
        CTX_FUZZ_CHECK(entry.value == next->second.value);
        CTX_FUZZ_CHECK(entry.properties == next->second.properties);
        ++next;
    }

    const ctx::BaggageLimits wide{256, 1 << 20};
    std::string sent;
    ctx::append_w3c(sent, baggage, wide);
    for (const char c : sent) {
        CTX_FUZZ_CHECK((c >= 0x20 && c < 0x7f) || c == '\t');
    }
    CTX_FUZZ_CHECK(ctx::parse_baggage(sent, wide) == baggage);

    // Without the spelling everything is rendered, and reads the same.
    std::string rendered;
    ctx::append_w3c(rendered, ctx::Baggage::from_atoms(baggage.atoms(), {1 << 20}), wide);
    CTX_FUZZ_CHECK(ctx::parse_baggage(rendered, wide) == baggage);

    std::string cut;
    ctx::append_w3c(cut, baggage, {3, 40});
    CTX_FUZZ_CHECK(cut.size() <= 40);
    for (const auto& entry : ctx::parse_baggage(cut)) {
        CTX_FUZZ_CHECK(baggage.find(entry.key) == entry.value);
    }
    return 0;
}
