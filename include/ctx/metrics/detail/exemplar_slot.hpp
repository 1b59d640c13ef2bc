// One exemplar that one thread may replace while others read it: a seqlock whose writers give up
// instead of waiting.

#pragma once

#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctx::detail {

/// Values of the extras, one after the other: index (1 byte), length (1 byte), bytes.
inline constexpr std::size_t max_extras_bytes = 280;

struct StoredExemplar {
    TraceId trace_id;
    SpanId span_id;
    double value = 0;
    std::int64_t unix_ms = 0;
    std::size_t extras_size = 0;
    std::array<char, max_extras_bytes> extras;

    [[nodiscard]] std::string_view packed_extras() const noexcept {
        return {extras.data(), extras_size};
    }
};

class CTX_EXPORT ExemplarSlot {
public:
    /// @return null when there is no memory.
    [[nodiscard]] static ExemplarSlot* create(bool with_extras) noexcept;
    static void destroy(ExemplarSlot* slot) noexcept;

    ExemplarSlot(const ExemplarSlot&) = delete;
    ExemplarSlot& operator=(const ExemplarSlot&) = delete;

    /// The gate: whether an observation at `now_ms` could replace what is stored. A clock that went
    /// back by more than `max_age_ms` opens it.
    [[nodiscard]] bool is_due(std::int64_t now_ms, std::int64_t min_age_ms,
                              std::int64_t max_age_ms) const noexcept {
        const std::int64_t last = unix_ms_.load(std::memory_order_relaxed);
        const std::int64_t age = now_ms - last;
        return age > 0 ? age >= min_age_ms : age < -max_age_ms;
    }

    /// Whether it is worth asking the clock. While nobody has read what is stored, a newer exemplar
    /// would be no better: then the next few observations ask, so that those of a quiet bucket are
    /// all heard, and of the others about one in 64, so that a slot that is never read does not
    /// grow old.
    /// @param draw  any number that changes from one observation to the next.
    [[nodiscard]] bool wants_another(std::uint64_t draw) const noexcept {
        return unread_.load(std::memory_order_relaxed) <= most_unread ||
               (draw * 0x9e37'79b9'7f4a'7c15U) >> 58U == 0;
    }

    /// One that asked was too early.
    void note_early() noexcept;

    /// @return false when another thread is storing, or stored what is as new; nothing is stored.
    bool store(const StoredExemplar& exemplar, std::int64_t min_age_ms,
               std::int64_t max_age_ms) noexcept;

    /// @return false when nothing was ever stored, or writers are quicker than this reader.
    [[nodiscard]] bool read(StoredExemplar& exemplar) const noexcept;

private:
    static constexpr std::uint8_t most_unread = 64;
    static constexpr std::size_t id_words = 4;  // trace id, span id, value
    static constexpr std::size_t extra_words = max_extras_bytes / sizeof(std::uint64_t);

    explicit ExemplarSlot(bool with_extras) noexcept : with_extras_(with_extras) {}
    [[nodiscard]] std::atomic<std::uint64_t>* extras() noexcept;
    [[nodiscard]] const std::atomic<std::uint64_t>* extras() const noexcept;
    void write_extras(const StoredExemplar& exemplar) noexcept;
    void read_extras(StoredExemplar& exemplar) const noexcept;

    std::atomic<std::uint32_t> sequence_{0};  // odd while a writer is at work
    bool with_extras_;
    mutable std::atomic<std::uint8_t> unread_{1};  // 0: read; else one more than were too early
    std::atomic<std::uint16_t> extras_size_{0};
    std::atomic<std::int64_t> unix_ms_{0};  // 0: nothing stored
    std::array<std::atomic<std::uint64_t>, id_words> ids_{};
    // With extras, extra_words more follow the object.
};

/// Milliseconds since 1970 of a clock that costs a few nanoseconds and ticks every few
/// milliseconds.
[[nodiscard]] CTX_EXPORT std::int64_t coarse_unix_ms() noexcept;

}  // namespace ctx::detail
