#include <ctx/context/detail/hex.hpp>
#include <ctx/context/ids.hpp>

namespace ctx {

std::optional<TraceId> TraceId::parse(std::string_view hex) noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    if (hex.size() != hex_digits || !detail::read_hex_u64(hex.data(), high) ||
        !detail::read_hex_u64(hex.data() + 16, low)) {
        return std::nullopt;
    }
    const TraceId id{high, low};
    return id.is_valid() ? std::optional{id} : std::nullopt;
}

void TraceId::write_hex(char* out) const noexcept {
    detail::write_hex_u64(high_, out);
    detail::write_hex_u64(low_, out + 16);
}

std::string TraceId::to_string() const {
    std::string text(hex_digits, '0');
    write_hex(text.data());
    return text;
}

std::optional<SpanId> SpanId::parse(std::string_view hex) noexcept {
    std::uint64_t value = 0;
    if (hex.size() != hex_digits || !detail::read_hex_u64(hex.data(), value) || value == 0) {
        return std::nullopt;
    }
    return SpanId{value};
}

void SpanId::write_hex(char* out) const noexcept {
    detail::write_hex_u64(value_, out);
}

std::string SpanId::to_string() const {
    std::string text(hex_digits, '0');
    write_hex(text.data());
    return text;
}

}  // namespace ctx
