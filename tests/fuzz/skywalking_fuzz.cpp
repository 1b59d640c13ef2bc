// sw8 against a regular expression; what is good is sent on byte for byte.

#include "fuzz/format_checks.hpp"
#include <ctx/baggage/carriers.hpp>

namespace {

using namespace ctx::fuzz;

bool is_good(const std::string& value) {
    if (value.size() >= 600) return ctx::parse_sw8(value).has_value();  // too long to check
    const auto parts =
        match(value, "[01]-([^-]+)-([^-]+)-0*([0-9]{1,10})-([^-]*)-([^-]*)-([^-]*)-([^-]*)");
    if (!parts || !is_header_text(value) || value.find('\t') != std::string::npos) return false;
    for (const std::size_t field : {1U, 2U, 4U, 5U, 6U, 7U}) {
        const auto decoded = ctx::decode_base64((*parts)[field]);
        if (!decoded || (field <= 2 && decoded->empty())) return false;
    }
    return std::stoull((*parts)[3]) <= 0xffffffffU;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Headers in = headers_of(data, size);
    const ctx::Propagators propagators{ctx::skywalking_format};
    const ctx::Context context = propagators.extract(in);
    Headers sent;
    propagators.inject(context, sent);
    check_names(ctx::skywalking_format, sent);
    const auto value = first(in, "sw8");
    if (value && is_good(*value)) {
        CTX_FUZZ_CHECK(first(sent, "sw8") == value);
        CTX_FUZZ_CHECK(context.links().size() == 1);
        CTX_FUZZ_CHECK(decision_of(context.flags()) == value->substr(0, 1));
    } else {
        CTX_FUZZ_CHECK(!first(sent, "sw8"));
    }
    return 0;
}
