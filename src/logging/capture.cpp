#include <ctx/context/id_generator.hpp>
#include <ctx/logging/capture.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace ctx::log {
namespace {

/// Follows the fields at the end of a payload, unaligned, in this machine's byte order.
struct Trailer {
    std::uint64_t trace_high;
    std::uint64_t trace_low;
    std::uint64_t span;
    std::uint64_t nonce;
    std::uint16_t fields_size;
    std::uint8_t flags;
    std::uint8_t version;
};
constexpr std::size_t used_size = offsetof(Trailer, version) + 1;
static_assert(used_size == capture_trailer_bytes);
constexpr std::uint8_t without_values = 1;
constexpr std::uint8_t with_values = 2;  // and their size, four bytes, in front of the trailer

std::uint64_t process_nonce() noexcept {
    static const std::uint64_t nonce = random_u64();
    return nonce;
}

char* append_values(char* out, std::string_view values) noexcept {
    out = std::copy(values.begin(), values.end(), out);
    const auto size = static_cast<std::uint32_t>(values.size());
    std::memcpy(out, &size, sizeof size);
    return out + sizeof size;
}

/// Takes them off the end of `before`.
bool take_values(std::string_view& before, std::string_view& values) noexcept {
    std::uint32_t size = 0;
    if (before.size() < sizeof size) return false;
    before.remove_suffix(sizeof size);
    std::memcpy(&size, before.data() + before.size(), sizeof size);
    if (size > before.size() || size > max_values_bytes) return false;
    values = before.substr(before.size() - size);
    before.remove_suffix(size);
    return true;
}

}  // namespace

char* append_capture(char* out, const RecordContext& context) noexcept {
    out = std::copy(context.fields.begin(), context.fields.end(), out);
    if (!context.values.empty()) out = append_values(out, context.values.bytes());
    const Trailer trailer{context.trace_id.high(),
                          context.trace_id.low(),
                          context.span_id.value(),
                          process_nonce(),
                          static_cast<std::uint16_t>(context.fields.size()),
                          context.flags.bits(),
                          context.values.empty() ? without_values : with_values};
    std::memcpy(out, &trailer, used_size);
    return out + used_size;
}

std::optional<Carried> split_capture(std::string_view payload) noexcept {
    if (payload.size() < used_size) return std::nullopt;
    std::string_view before = payload.substr(0, payload.size() - used_size);
    Trailer trailer{};
    std::memcpy(&trailer, before.data() + before.size(), used_size);
    if (trailer.nonce != process_nonce()) return std::nullopt;
    std::string_view values;
    if (trailer.version == with_values && !take_values(before, values)) return std::nullopt;
    if (trailer.version == 0 || trailer.version > with_values ||
        trailer.fields_size > before.size() || trailer.fields_size > max_fields_bytes) {
        return std::nullopt;
    }
    const std::size_t message_size = before.size() - trailer.fields_size;
    return Carried{before.substr(0, message_size),
                   {TraceId{trailer.trace_high, trailer.trace_low},
                    SpanId{trailer.span},
                    TraceFlags{trailer.flags},
                    before.substr(message_size),
                    {},
                    Values{values}}};
}

}  // namespace ctx::log
