// A whole header block: what is extracted must survive a second hop unchanged, and what is sent
// must be header text.

#include "fuzz/check.hpp"
#include <ctx/propagation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// `name: value` lines; what has no colon is a value of an odd header.
Headers split(std::string_view block) {
    Headers headers;
    while (!block.empty()) {
        const std::size_t end = std::min(block.find('\n'), block.size());
        const std::string_view line = block.substr(0, end);
        block.remove_prefix(std::min(end + 1, block.size()));
        const std::size_t colon = std::min(line.find(':'), line.size());
        headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    }
    return headers;
}

bool is_header_text(std::string_view value) {
    for (const char c : value) {
        if ((c < 0x20 || c > 0x7e) && c != '\t') return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Headers in = split({reinterpret_cast<const char*>(data), size});
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
