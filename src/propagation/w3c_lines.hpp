// The W3C headers, found in one walk over a carrier.

#pragma once

#include <ctx/propagation/format.hpp>

#include <cstddef>
#include <string_view>

namespace ctx::detail {

/// The lines of one header: the first, and how many there are.
struct HeaderLines {
    std::string_view first;
    std::size_t count = 0;

    void add(std::string_view line) noexcept {
        if (count++ == 0) first = line;
    }
};

/// What `traceparent` says, with the `tracestate` beside it.
void take_tracecontext(const HeaderLines& traceparent, const HeaderLines& tracestate,
                       const CarrierReader& from, Extraction& into);

/// What `baggage` says.
void take_baggage(const HeaderLines& baggage, const CarrierReader& from, Extraction& into);

/// extract_tracecontext() and extract_baggage() in one walk.
void extract_w3c(const CarrierReader& from, Extraction& into);

}  // namespace ctx::detail
