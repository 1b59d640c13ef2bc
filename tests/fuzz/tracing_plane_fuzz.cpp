// x-baggage and the member tp: the input is atoms, and the text of a header.

#include "fuzz/format_checks.hpp"
#include <ctx/baggage/carriers.hpp>

namespace {

using namespace ctx::fuzz;

void check_round_trip(const ctx::Propagators& propagators, const ctx::Baggage& baggage) {
    Headers sent;
    propagators.inject(ctx::Context{}.with_baggage(baggage), sent);
    std::size_t bytes = 0;
    for (const auto& [name, value] : sent) {
        CTX_FUZZ_CHECK(is_header_text(value));
        bytes = std::max(bytes, value.size());
    }
    CTX_FUZZ_CHECK(bytes <= 8192);
    const ctx::Context back = propagators.extract(sent);
    Headers again;
    propagators.inject(back, again);
    CTX_FUZZ_CHECK(propagators.extract(again).baggage() == back.baggage());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const ctx::Propagators plane{ctx::tracing_plane_format};
    const ctx::Baggage baggage = ctx::Baggage::from_atoms(input);

    Headers sent;
    plane.inject(ctx::Context{}.with_baggage(baggage), sent);
    if (baggage.atoms().size() <= ctx::tracing_plane_max_atoms) {
        CTX_FUZZ_CHECK(plane.extract(sent).baggage() == baggage);
    }
    check_round_trip(plane, baggage);
    check_round_trip({ctx::baggage_format, ctx::tracing_plane_format}, baggage);
    check_round_trip({ctx::tracing_plane_member_format}, baggage);

    const Headers in = split(input);
    check_round_trip(plane, plane.extract(in).baggage());
    check_round_trip({ctx::tracing_plane_member_format},
                     ctx::Propagators{ctx::tracing_plane_member_format}.extract(in).baggage());
    return 0;
}
