#include "logging/log_stats.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/logging/values.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace ctx::log {
namespace {

/// Precedes the key and then the value, unaligned, in this machine's byte order.
struct Head {
    std::uint32_t value_size;
    std::uint8_t key_size;
    ValueType type;
};
constexpr std::size_t head_size = 6;

bool is_text(ValueType type) noexcept {
    return type >= ValueType::text;
}

std::string_view within(std::string_view text, std::size_t limit) noexcept {
    if (text.size() <= limit) return text;
    detail::truncated.add();
    return utf8_prefix(text, limit);
}

}  // namespace

double Value::number() const noexcept {
    return std::bit_cast<double>(bits);
}

bool Values::take(std::string_view& rest, Value& value) noexcept {
    if (rest.size() < head_size) return false;
    Head head{};
    std::memcpy(&head.value_size, rest.data(), sizeof head.value_size);
    head.key_size = static_cast<std::uint8_t>(rest[4]);
    head.type = static_cast<ValueType>(rest[5]);
    rest.remove_prefix(head_size);
    if (head.type > ValueType::bytes || rest.size() < head.key_size ||
        rest.size() - head.key_size < head.value_size) {
        return false;
    }
    const std::string_view bytes = rest.substr(head.key_size, head.value_size);
    value = {rest.substr(0, head.key_size), head.type, {}};
    rest.remove_prefix(head.key_size + head.value_size);
    if (is_text(head.type)) {
        value.text = bytes;
        return true;
    }
    if (bytes.size() != sizeof value.bits) return false;
    std::memcpy(&value.bits, bytes.data(), sizeof value.bits);
    return true;
}

void ValueBuffer::add(std::string_view key, double value) noexcept {
    add_bits(key, ValueType::number, std::bit_cast<std::uint64_t>(value));
}

void ValueBuffer::add_bits(std::string_view key, ValueType type, std::uint64_t bits) noexcept {
    if (char* out = append(key, type, sizeof bits)) std::memcpy(out, &bits, sizeof bits);
}

void ValueBuffer::add_text(std::string_view key, ValueType type, std::string_view text) noexcept {
    if (text.size() > max_text_bytes) [[unlikely]] {
        // Half of a JSON value is none.
        if (type == ValueType::json) return add_text(key, ValueType::text, text);
        text = within(text, max_text_bytes);
    }
    char* out = append(key, type, text.size());
    if (out != nullptr && !text.empty()) std::memcpy(out, text.data(), text.size());
}

char* ValueBuffer::append(std::string_view key, ValueType type, std::size_t size) noexcept {
    if (key.size() > max_key_bytes) [[unlikely]]
        key = within(key, max_key_bytes);
    const std::size_t needed = size_ + head_size + key.size() + size;
    if (count_ == max_values || (needed > capacity_ && !grow(needed))) [[unlikely]] {
        detail::truncated.add();
        return nullptr;
    }
    char* out = bytes_ + size_;
    const auto value_size = static_cast<std::uint32_t>(size);
    std::memcpy(out, &value_size, sizeof value_size);
    out[4] = static_cast<char>(key.size());
    out[5] = static_cast<char>(type);
    if (!key.empty()) std::memcpy(out + head_size, key.data(), key.size());
    size_ = needed;
    ++count_;
    return out + head_size + key.size();
}

bool ValueBuffer::grow(std::size_t needed) noexcept {
    if (needed > max_values_bytes) return false;
    const std::size_t capacity = std::min(std::bit_ceil(needed), max_values_bytes);
    auto* memory = static_cast<char*>(std::malloc(capacity));
    if (memory == nullptr) return false;
    std::memcpy(memory, bytes_, size_);
    if (bytes_ != inline_.data()) std::free(bytes_);
    bytes_ = memory;
    capacity_ = capacity;
    return true;
}

}  // namespace ctx::log
