// Any bytes as atoms: compared with lists of strings, merged, trimmed, edited.

#include "baggage/reference.hpp"
#include "fuzz/check.hpp"
#include <ctx/baggage/baggage.hpp>

#include <cstdint>
#include <string>
#include <string_view>

using namespace ctx::test;

// The first byte splits the rest into two lists and chooses the limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t split = data[0] % (bytes.size() + 1);
    const std::string_view first = bytes.substr(0, split);
    const std::string_view second = bytes.substr(split);
    const ReferenceList x = reference_deserialize(first);
    const ReferenceList y = reference_deserialize(second);

    ctx::DecodeReport report;
    const auto a = ctx::Baggage::from_atoms(first, {}, &report);
    const auto b = ctx::Baggage::from_atoms(second);
    CTX_FUZZ_CHECK(report.atoms == x.atoms.size());
    CTX_FUZZ_CHECK(report.damaged == x.damaged);
    const std::size_t complete = first.size() - report.bytes_dropped;
    CTX_FUZZ_CHECK(a.atoms().substr(0, complete) == first.substr(0, complete));

    Atoms left = reference_deserialize(a.atoms()).atoms;
    Atoms right = reference_deserialize(b.atoms()).atoms;
    const Atoms merged = reference_merge(left, right);
    const auto joined = join(a, b);
    CTX_FUZZ_CHECK(reference_deserialize(joined.atoms()).atoms == merged);
    CTX_FUZZ_CHECK(join(joined, a).atoms().size() == joined.atoms().size() || y.damaged ||
                   x.damaged || reference_merge(merged, left) != merged);

    const std::size_t limit = data[0];
    const std::string canonical = reference_serialize(merged);
    CTX_FUZZ_CHECK(ctx::trim_atoms(canonical, limit) ==
                   reference_serialize(reference_trim(merged, limit)));

    std::size_t count = 0;
    std::string last;
    for (const auto& entry : joined) {
        CTX_FUZZ_CHECK(count == 0 || last < entry.key);
        CTX_FUZZ_CHECK(joined.find(entry.key) == entry.value);
        CTX_FUZZ_CHECK(joined.properties(entry.key) == entry.properties);
        last = entry.key;
        ++count;
    }
    CTX_FUZZ_CHECK(joined.size() == count);

    const bool had = joined.contains("a");
    const auto changed = joined.set("a", "value", "p=1");
    CTX_FUZZ_CHECK(changed.find("a") == "value");
    CTX_FUZZ_CHECK(changed.find_all("a").size() == 1);
    CTX_FUZZ_CHECK(changed.properties("a") == "p=1");
    CTX_FUZZ_CHECK(changed.size() == count + (had ? 0 : 1));
    const auto removed = changed.remove("a");
    CTX_FUZZ_CHECK(!removed.contains("a"));
    CTX_FUZZ_CHECK(removed.size() == count - (had ? 1 : 0));
    CTX_FUZZ_CHECK(!reference_deserialize(removed.atoms()).damaged);
    return 0;
}
