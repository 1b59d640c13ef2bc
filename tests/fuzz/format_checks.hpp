// What holds of every wire format, whatever comes in, and helpers to write naive references.

#pragma once

#include "fuzz/check.hpp"
#include <ctx/propagation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::fuzz {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// `name: value` lines; what has no colon is a value of an odd header.
Headers split(std::string_view block);

std::string trimmed(std::string text);
std::string lower(std::string text);

/// The first line of a header.
std::optional<std::string> first(const Headers& headers, const std::string& name);

/// The groups of an expression that has to match all of a text of at most 600 characters. A group
/// that has no part in the match is empty.
std::optional<std::vector<std::string>> match(const std::string& text, const char* expression);

/// What a reference reads: ids in lower-case hex without leading zeros; the decision as B3 writes
/// it, empty when it is open.
struct Read {
    std::string trace;  // empty: no trace
    std::string span;
    std::string decision;

    friend bool operator==(const Read&, const Read&) = default;
};

std::string without_zeros(std::string digits);
std::string hex_of_decimal(const std::string& digits);
std::string decision_of(TraceFlags flags);
Read read_of(const Context& context);
bool is_header_text(std::string_view value);

/// Only headers of the format, each once, and legal.
void check_names(const Format& format, const Headers& sent);

/// Reads `in` as `format`, compares with the reference, and sends it on: only headers of the
/// format, each once and legal, and a second hop reads what the first one read.
template <typename Reference, typename Survives>
void check_format(const Format& format, const Headers& in, Reference reference, Survives survives) {
    const Propagators propagators{format};
    const Context once = propagators.extract(in);
    CTX_FUZZ_CHECK(read_of(once) == reference(in));

    Headers sent;
    propagators.inject(once, sent);
    check_names(format, sent);
    const Context twice = propagators.extract(sent);
    CTX_FUZZ_CHECK(survives(once, twice));

    Headers again;
    propagators.inject(twice, again);
    // Keys that come back in lower case stand elsewhere in the order.
    std::sort(again.begin(), again.end());
    std::sort(sent.begin(), sent.end());
    CTX_FUZZ_CHECK(again == sent);

    // Written over the block that came in, the same headers stand once.
    Headers reused = in;
    propagators.inject(once, reused);
    const Context third = propagators.extract(reused);
    CTX_FUZZ_CHECK(survives(once, third) || !format.also_reads.empty());
}

bool same_read(const Context& a, const Context& b);
Headers headers_of(const std::uint8_t* data, std::size_t size);

}  // namespace ctx::fuzz
