#include "propagation/w3c_lines.hpp"
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/propagation/baggage_header.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {
namespace {

Stat malformed_members{"ctx_propagation_baggage_malformed_members_total",
                       "Members of baggage headers that broke the grammar and were dropped."};
Stat duplicate_members{"ctx_propagation_baggage_duplicate_members_total",
                       "Members of baggage headers that a later one of the same key replaced."};
Stat over_limit_members{"ctx_propagation_baggage_over_limit_members_total",
                        "Members of baggage headers behind the limits, which were dropped."};
Stat mended_values{"ctx_propagation_baggage_mended_values_total",
                   "Baggage values with malformed escapes or ill-formed UTF-8, which were mended."};
Stat unsendable_entries{"ctx_propagation_baggage_unsendable_entries_total",
                        "Baggage entries that a baggage header cannot say and that were not sent."};
Stat unsent_members{"ctx_propagation_baggage_unsent_members_total",
                    "Baggage members that did not fit into the header and were not sent."};

DiagnosticLimiter dropped_limiter;
DiagnosticLimiter unsent_limiter;

void count(const ParseReport& report, Extraction& into) noexcept {
    into.dropped_members(report.dropped());
    if (report.malformed > 0) malformed_members.add(report.malformed);
    if (report.duplicate > 0) duplicate_members.add(report.duplicate);
    if (report.over_limit > 0) over_limit_members.add(report.over_limit);
    const std::size_t mended = report.bad_escapes + report.ill_formed_utf8;
    if (mended > 0) mended_values.add(mended);
    if (report.malformed + report.over_limit > 0 && dropped_limiter.pass()) {
        diagnose(Severity::warning, "propagation",
                 "members of a baggage header were malformed or too many and were dropped");
    }
}

void count(const EncodeReport& report) noexcept {
    const std::size_t unsendable = report.unsendable_keys + report.bad_properties;
    if (unsendable > 0) unsendable_entries.add(unsendable);
    if (report.over_limit > 0) unsent_members.add(report.over_limit);
    if (unsendable + report.over_limit > 0 && unsent_limiter.pass()) {
        diagnose(Severity::warning, "propagation",
                 "baggage entries did not fit into a baggage header and were not sent");
    }
}

// The reader is some 14 KiB of stack: a request without baggage must not pay for it.
[[gnu::noinline]] void read_line(std::string_view line, Extraction& into) {
    ParseReport report;
    Baggage baggage = parse_baggage(line, {}, &report);
    count(report, into);
    into.found(std::move(baggage));
}

[[gnu::noinline]] void read_lines(const CarrierReader& from, Extraction& into) {
    W3CBaggageReader reader;
    from.find("baggage", [&reader](std::string_view line) { reader.add(line); });
    ParseReport report;
    Baggage baggage = reader.finish(&report);
    count(report, into);
    into.found(std::move(baggage));
}

}  // namespace

void detail::take_baggage(const HeaderLines& baggage, const CarrierReader& from, Extraction& into) {
    if (baggage.count == 1) read_line(baggage.first, into);
    if (baggage.count > 1) read_lines(from, into);
}

void extract_baggage(const CarrierReader& from, Extraction& into) {
    detail::HeaderLines lines;
    from.find("baggage", [&lines](std::string_view line) { lines.add(line); });
    detail::take_baggage(lines, from, into);
}

std::string write_baggage_header(const Baggage& baggage) {
    std::string header;
    EncodeReport report;
    append_w3c(header, baggage, {}, &report);
    count(report);
    return header;
}

void inject_baggage(ContextView context, const CarrierWriter& into) {
    const Baggage& baggage = context.baggage();
    if (!baggage.empty()) {
        W3CBaggageWriter writer;
        EncodeReport report;
        const std::string_view header = writer.write(baggage, &report);
        count(report);
        if (!header.empty()) return into.set("baggage", header);
    }
    into.remove("baggage");
}

}  // namespace ctx
