// ctx/logging/values.hpp: typed key-values of a log line, as bytes that travel with it.
//
//     ctx::log::ValueBuffer buffer;
//     buffer.add("items", std::int64_t{3});
//     buffer.add("sku", "A-7");
//     for (const ctx::log::Value& value : buffer.values())
//         value.key;                                 // "items", then "sku"; value.type, value.text
//
// Written where the line is logged, rendered where it is written: a number stays a number until
// then. Nobody needs this header to log; ctx/logging/spdlog/log.hpp has kv().
//
// Threads   Values; a buffer belongs to one thread.
// Errors    Nothing throws. A key is cut at 255 bytes, a value at 16 KiB, each at the end of a
//           character; the 65th value of a line, and what does
//           not fit into 64 KiB or memory, is left out. Both are counted
//           (`ctx_logging_truncated_total`). Bytes that no ValueBuffer wrote give no value.
// Cost      One copy. Nothing is allocated up to 512 bytes.

#pragma once

#include <ctx/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace ctx::log {

inline constexpr std::size_t max_key_bytes = 255;
inline constexpr std::size_t max_text_bytes = std::size_t{16} << 10;
inline constexpr std::size_t max_values = 64;
inline constexpr std::size_t max_values_bytes = std::size_t{64} << 10;

enum class ValueType : std::uint8_t { null, boolean, integer, natural, number, text, json, bytes };

/// A key-value as it lies in the bytes; borrowed.
struct Value {
    std::string_view key;
    ValueType type = ValueType::null;
    std::string_view text;  ///< of a text, JSON or bytes

    [[nodiscard]] bool boolean() const noexcept { return bits != 0; }
    [[nodiscard]] std::int64_t integer() const noexcept { return static_cast<std::int64_t>(bits); }
    [[nodiscard]] std::uint64_t natural() const noexcept { return bits; }
    [[nodiscard]] CTX_EXPORT double number() const noexcept;

    std::uint64_t bits = 0;  ///< of all others
};

/// A view of key-values.
class CTX_EXPORT Values {
public:
    class Iterator;
    struct End {};

    Values() = default;
    explicit Values(std::string_view bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    [[nodiscard]] inline Iterator begin() const noexcept;
    [[nodiscard]] End end() const noexcept { return {}; }

private:
    friend class Iterator;
    /// Takes the first value off `rest`. @return false at the end, or when the bytes are no values.
    static bool take(std::string_view& rest, Value& value) noexcept;

    std::string_view bytes_;
};

class Values::Iterator {
public:
    explicit Iterator(std::string_view rest) noexcept : rest_(rest) { ++*this; }
    const Value& operator*() const noexcept { return value_; }
    const Value* operator->() const noexcept { return &value_; }
    Iterator& operator++() noexcept {
        is_at_end_ = !take(rest_, value_);
        return *this;
    }
    bool operator==(End) const noexcept { return is_at_end_; }

private:
    std::string_view rest_;
    Value value_;
    bool is_at_end_ = false;
};

inline Values::Iterator Values::begin() const noexcept {
    return Iterator{bytes_};
}

/// Collects key-values.
class CTX_EXPORT ValueBuffer {
public:
    ValueBuffer() noexcept = default;
    ~ValueBuffer() {
        if (bytes_ != inline_.data()) std::free(bytes_);
    }
    ValueBuffer(const ValueBuffer&) = delete;
    ValueBuffer& operator=(const ValueBuffer&) = delete;

    void add_null(std::string_view key) noexcept { add_bits(key, ValueType::null, 0); }
    void add(std::string_view key, bool value) noexcept {
        add_bits(key, ValueType::boolean, value ? 1 : 0);
    }
    void add(std::string_view key, std::int64_t value) noexcept {
        add_bits(key, ValueType::integer, static_cast<std::uint64_t>(value));
    }
    void add(std::string_view key, std::uint64_t value) noexcept {
        add_bits(key, ValueType::natural, value);
    }
    void add(std::string_view key, double value) noexcept;
    void add(std::string_view key, std::string_view text) noexcept {
        add_text(key, ValueType::text, text);
    }
    void add(std::string_view key, const char* text) noexcept {
        add(key, std::string_view{text == nullptr ? "" : text});
    }
    /// JSON that goes into JSON lines as it is; what is none is shown as text.
    void add_json(std::string_view key, std::string_view json) noexcept {
        add_text(key, ValueType::json, json);
    }
    /// Shown in hexadecimal.
    void add_bytes(std::string_view key, std::string_view bytes) noexcept {
        add_text(key, ValueType::bytes, bytes);
    }

    [[nodiscard]] Values values() const noexcept { return Values{{bytes_, size_}}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

private:
    void add_bits(std::string_view key, ValueType type, std::uint64_t bits) noexcept;
    void add_text(std::string_view key, ValueType type, std::string_view text) noexcept;
    [[nodiscard]] char* append(std::string_view key, ValueType type, std::size_t size) noexcept;
    [[nodiscard]] bool grow(std::size_t needed) noexcept;

    std::array<char, 512> inline_;  // NOLINT(*-member-init): written before it is read
    char* bytes_ = inline_.data();
    std::size_t capacity_ = 512;
    std::size_t size_ = 0;
    std::size_t count_ = 0;
};

}  // namespace ctx::log
