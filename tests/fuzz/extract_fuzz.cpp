// A whole header block: what is extracted must survive a second hop unchanged, and what is sent
// must be header text.

#include "fuzz/format_checks.hpp"

using namespace ctx::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Headers in = headers_of(data, size);
    const ctx::Context first = ctx::extract(in);
    CTX_FUZZ_CHECK(first.trace_id().is_valid() == first.span_id().is_valid());
    CTX_FUZZ_CHECK(first.trace_id().is_valid() || first.trace_state().empty());

    Headers sent;
    ctx::inject(first, sent);
    CTX_FUZZ_CHECK(sent.size() <= 3);
    for (const auto& [name, value] : sent)
        CTX_FUZZ_CHECK(is_header_text(value) && !value.empty());

    const ctx::Context second = ctx::extract(sent);
    CTX_FUZZ_CHECK(second.span_context() == first.span_context());
    CTX_FUZZ_CHECK(second.baggage() == first.baggage());

    // Written over the block that came in, the same headers stand once.
    Headers reused = in;
    ctx::inject(first, reused);
    const ctx::Context third = ctx::extract(reused);
    CTX_FUZZ_CHECK(third.span_context() == first.span_context());
    CTX_FUZZ_CHECK(third.baggage() == first.baggage());
    return 0;
}
