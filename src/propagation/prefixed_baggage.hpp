// Baggage as one header per entry, `uberctx-<key>: <value>` (Jaeger) and `ot-baggage-<key>:
// <value>` (OpenTracing, Datadog).

#pragma once

#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/propagation/format.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ctx::detail {

/// How values are written.
enum class Spelling : bool {
    raw,      // as they are; only legal header text can be sent
    escaped,  // percent-encoded; "+" is a space where it comes in
};

/// Collects entries within the limits of the W3C header and makes a Baggage of them at once.
class EntryList {
public:
    /// Keys that are no token are left out.
    void add(std::string_view key, std::string_view value, Spelling spelling = Spelling::raw);

    /// The headers that begin with `prefix` (lower case). Keys are in lower case: names of HTTP
    /// headers have no case.
    void add_all(const CarrierReader& from, std::string_view prefix, Spelling spelling);

    /// What came in goes to `into`, the number of entries left out too.
    void finish(Extraction& into);

private:
    void add_value(std::string_view key, std::string_view value);

    std::string members_;  // of a `baggage` header
    BaggageLimits limits_;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
    std::size_t dropped_ = 0;
};

/// An EntryList of these headers alone.
void read_prefixed(const CarrierReader& from, std::string_view prefix, Spelling spelling,
                   Extraction& into);

/// Writes one header per string entry that it can say, within the limits of the W3C header, and
/// removes others of that prefix.
void write_prefixed(const Baggage& baggage, std::string_view prefix, Spelling spelling,
                    const CarrierWriter& into);

}  // namespace ctx::detail
