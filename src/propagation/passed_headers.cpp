#include "propagation/passed_headers.hpp"

#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/baggage/carriers.hpp>
#include <ctx/context/detail/control_character.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace ctx::detail {
namespace {

constexpr std::size_t max_headers = 32;
constexpr std::size_t max_bytes = 16384;

Complaint dropped{"ctx_propagation_passed_headers_dropped_total",
                  "Headers to be passed on that were too many, too long, or no legal text.",
                  "headers to be passed on were too many, too long or no legal text: dropped"};

/// Name and value.
using Headers = std::vector<std::pair<std::string, std::string>>;
constinit const Key<Headers> headers_key{"passed-headers"};

/// Several lines of these are one list, and a second traceparent makes the first invalid.
constexpr std::string_view lists[] = {"traceparent", "tracestate", "baggage", "jaeger-baggage",
                                      "x-baggage"};

bool is_list(std::string_view name) noexcept {
    return std::find(std::begin(lists), std::end(lists), name) != std::end(lists);
}

/// The lines of one header: a view of the only one, or all of them with ',' between.
class Lines {
public:
    explicit Lines(std::string_view name, const CarrierReader& from) {
        from.find(name, [this](std::string_view line) { add(line); });
    }
    [[nodiscard]] bool any() const noexcept { return count_ > 0; }
    [[nodiscard]] std::string_view all() const noexcept {
        return count_ > 1 ? std::string_view{joined_} : first_;
    }
    /// What counts of a header of that name: a list is all lines, of others the first counts.
    [[nodiscard]] std::string_view counting(std::string_view name) const noexcept {
        return count_ > 1 && is_list(name) ? std::string_view{joined_} : first_;
    }

private:
    void add(std::string_view line) {
        if (++count_ == 1) {
            first_ = line;
            return;
        }
        if (count_ == 2) joined_ = first_;
        joined_.append(1, ',').append(line);
    }

    std::string_view first_;
    std::string joined_;
    std::size_t count_ = 0;
};

/// is_control() for any of eight characters at once.
bool has_control(std::uint64_t characters) noexcept {
    constexpr std::uint64_t ones = ~std::uint64_t{0} / 0xff;
    constexpr std::uint64_t tops = ones * 0x80;
    const std::uint64_t deletes = characters ^ ones * 0x7f;  // zero where one is
    const std::uint64_t low = (characters - ones * ' ') & ~characters;
    return ((low | ((deletes - ones) & ~deletes)) & tops) != 0;
}

std::uint64_t load_word(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// Whether none of at least eight characters is_control(): the last eight overlap those before.
bool has_no_control(std::string_view text) noexcept {
    const char* const last = text.data() + text.size() - sizeof(std::uint64_t);
    bool found = has_control(load_word(last));
    for (const char* at = text.data(); at < last; at += sizeof(std::uint64_t))
        found |= has_control(load_word(at));
    return !found;
}

/// Text that no HTTP stack takes for more than one header.
bool is_header_value(std::string_view text) noexcept {
    if (text.size() >= sizeof(std::uint64_t) && has_no_control(text)) return true;
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return is_control(c) && c != '\t'; });
}

/// A value that may be bytes, as `into` takes it; nothing when it cannot say it. Bytes of
/// gRPC are base64 elsewhere, and those of a traceparent of AMQP are text.
std::optional<std::string> converted(std::string_view name, std::string_view value,
                                     bool takes_bytes) {
    const bool is_text = is_printable(value);
    if (name.ends_with("-bin")) {
        if (is_text == !takes_bytes) return std::string{value};
        return takes_bytes ? decode_base64(value) : encode_base64(value);
    }
    if (name == "traceparent" && value.starts_with('\0')) {
        const auto read = parse_binary_trace_context(value);
        const auto* span = std::get_if<SpanContext>(&read);
        if (span == nullptr) return std::nullopt;
        char text[traceparent_size];
        write_traceparent(*span, text);
        return std::string{text, traceparent_size};
    }
    return std::nullopt;
}

void copy_header(std::string_view name, std::string_view value, const CarrierWriter& into) {
    const bool needs_no_look = is_header_value(value) && !name.ends_with("-bin");
    if (needs_no_look) return into.set(name, value);
    const auto text = converted(name, value, into.takes_bytes());
    if (text) return into.set(name, *text);
    dropped.count();
    into.remove(name);
}

}  // namespace

Context keep_headers(const CarrierReader& from, const std::vector<std::string>& names,
                     const Context& context, bool with_trace) {
    Headers kept;
    std::size_t bytes = 0;
    for (const std::string& name : names) {
        if (!with_trace && is_trace_header(name)) continue;
        const Lines lines{name, from};
        if (!lines.any()) continue;
        const std::size_t size = name.size() + lines.all().size();
        if (kept.size() == max_headers || bytes + size > max_bytes) {
            dropped.count();
            continue;
        }
        bytes += size;
        kept.emplace_back(name, lines.all());
    }
    return kept.empty() ? context : context.with(headers_key, std::move(kept));
}

void write_kept_headers(ContextView context, const std::vector<std::string>& names,
                        const CarrierWriter& into, bool with_trace) {
    const Headers* kept = context.get(headers_key);
    for (const std::string& name : names) {
        const auto is_it = [&name](const auto& header) { return header.first == name; };
        const auto at = kept == nullptr ? Headers::const_iterator{}
                                        : std::find_if(kept->begin(), kept->end(), is_it);
        const bool is_told = with_trace || !is_trace_header(name);
        if (kept == nullptr || at == kept->end() || !is_told) {
            into.remove(name);
        } else {
            copy_header(name, at->second, into);
        }
    }
}

void forward_header(std::string_view name, const CarrierReader& from, const CarrierWriter& into) {
    const Lines lines{name, from};
    return lines.any() ? copy_header(name, lines.all(), into) : into.remove(name);
}

void forward_format(const Format& format, const CarrierReader& from, const CarrierWriter& into) {
    const auto forward = [&](std::string_view name) {
        const Lines lines{name, from};
        if (!lines.any()) return into.remove(name);
        copy_header(name, lines.counting(name), into);
    };
    std::for_each(format.fields.begin(), format.fields.end(), forward);
    std::for_each(format.also_reads.begin(), format.also_reads.end(), forward);
    for (const std::string_view prefix : format.prefixes) {
        into.remove_prefixed(prefix);
        from.for_each([&](std::string_view found, std::string_view value) {
            const bool is_entry = found.size() > prefix.size() && is_token(found);
            if (is_entry && header_begins_with(found, prefix)) {
                copy_header(lower_case(found), value, into);
            }
        });
    }
}

}  // namespace ctx::detail
