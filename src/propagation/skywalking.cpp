#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/carriers.hpp>
#include <ctx/propagation/skywalking.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace ctx {
namespace {

constexpr std::size_t max_size = 2048;
constexpr std::size_t field_count = 8;

detail::Complaint malformed{"ctx_propagation_skywalking_malformed_total",
                            "sw8 headers that broke the grammar and were not sent on.",
                            "an sw8 header was malformed and is not sent on"};

/// What is sent on, in the order of skywalking_fields.
using Headers = std::array<std::string, 3>;
constinit const Key<Headers> headers_key{"sw8"};

/// FNV-1a: the same at every node, and nobody's secret.
std::uint64_t hash(std::string_view text, std::uint64_t seed) noexcept {
    std::uint64_t value = 0xcbf29ce484222325U ^ seed;
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return value;
}

std::uint64_t not_zero(std::uint64_t value) noexcept {
    return value == 0 ? 1 : value;
}

/// 32 digits at the front, hyphens between them or not.
std::optional<TraceId> uuid_of(std::string_view text) noexcept {
    char digits[TraceId::hex_digits];
    std::size_t count = 0;
    for (const char c : text) {
        if (count == sizeof digits) break;
        if (c != '-') digits[count++] = c;
    }
    if (count < sizeof digits) return std::nullopt;
    const auto id = detail::parse_short_trace_id({digits, sizeof digits});
    return id && id->is_valid() ? id : std::nullopt;
}

bool is_header_text(std::string_view text) noexcept {
    return text.size() < max_size && detail::is_printable(text);
}

std::array<std::string_view, field_count> split(std::string_view value) noexcept {
    std::array<std::string_view, field_count> fields;
    for (std::string_view& field : fields)
        field = detail::next_part(value, '-');
    return fields;
}

}  // namespace

std::optional<SkyWalkingHeader> parse_sw8(std::string_view value) {
    const auto separators = std::count(value.begin(), value.end(), '-');
    if (!is_header_text(value) || separators != field_count - 1) return std::nullopt;
    const auto fields = split(value);
    const auto index = detail::parse_decimal(fields[3]);
    const bool known = fields[0] == "0" || fields[0] == "1";
    if (!known || !index || *index > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    SkyWalkingHeader header;
    header.sampled = fields[0] == "1";
    header.span_index = static_cast<std::uint32_t>(*index);
    const std::pair<std::size_t, std::string*> texts[] = {
        {1, &header.trace_id}, {2, &header.segment_id}, {4, &header.service},
        {5, &header.instance}, {6, &header.endpoint},   {7, &header.peer}};
    for (const auto& [field, text] : texts) {
        auto bytes = decode_base64(fields[field]);
        if (!bytes) return std::nullopt;
        *text = std::move(*bytes);
    }
    if (header.trace_id.empty() || header.segment_id.empty()) return std::nullopt;
    return header;
}

Link link_of(const SkyWalkingHeader& header) noexcept {
    const auto uuid = uuid_of(header.trace_id);
    const TraceId hashed{hash(header.trace_id, 0), not_zero(hash(header.trace_id, 1))};
    return {uuid.value_or(hashed),
            SpanId{not_zero(hash(header.segment_id, 2 + std::uint64_t{header.span_index}))}};
}

void extract_skywalking(const CarrierReader& from, Extraction& into) {
    const auto value = detail::first_line(from, "sw8");
    const auto correlation = detail::first_line(from, "sw8-correlation");
    Headers kept;
    const auto header = value ? parse_sw8(*value) : std::nullopt;
    if (header) {
        into.linked(link_of(*header));
        into.decided(TraceFlags{header->sampled ? unsigned{TraceFlags::sampled_bit} : 0U});
        kept[0] = *value;
        const auto extension = detail::first_line(from, "sw8-x");
        if (extension && is_header_text(*extension)) kept[1] = *extension;
    } else if (value) {
        malformed.reject(into, Rejection::shape);
    }
    if (correlation && is_header_text(*correlation)) kept[2] = *correlation;
    if (kept[0].empty() && kept[2].empty()) return;
    into.keep(headers_key, std::move(kept));
}

void inject_skywalking(ContextView context, const CarrierWriter& into) {
    const Headers* kept = context.get(headers_key);
    for (std::size_t i = 0; i < std::size(skywalking_fields); ++i) {
        if (kept == nullptr || (*kept)[i].empty()) {
            into.remove(skywalking_fields[i]);
        } else {
            into.set(skywalking_fields[i], (*kept)[i]);
        }
    }
}

}  // namespace ctx
