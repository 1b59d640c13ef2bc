// ctx/baggage/detail/baggage_buffer.hpp: what a Baggage handle points to.
//
// One allocation: this header, the serialized atoms, then the text sidecar (the members of the
// `baggage` header as they were spelled). Everything but the count, the component id and the
// lazily found facts is written before the buffer is shared and never again.

#pragma once

#include <ctx/export.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SANITIZE_THREAD__)
#define CTX_DETAIL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CTX_DETAIL_TSAN 1
#endif
#endif

namespace ctx::detail {

/// What is known about the string entries (bag 0, field 0) of a buffer.
enum class StringState : std::uint32_t {
    unknown,    // nobody asked yet
    ascending,  // keys strictly ascend in the order of the bytes: one walk visits them in order
    irregular,  // some sender did not sort, or a key occurs twice: `order` is needed to iterate
};

/// What is known about the tree of bags of a buffer.
enum class TreeState : std::uint32_t {
    unknown,    // nobody asked yet
    sorted,     // the headers of every bag's children strictly ascend: no bag occurs twice
    irregular,  // some sender did not sort
};

struct BaggageBuffer {
    static constexpr std::uint32_t overflowed = 1;     // there is an overflow marker
    static constexpr std::uint32_t text_complete = 2;  // the text holds every string entry

    std::atomic<std::uint32_t> references{1};
    std::uint32_t flags = 0;
    std::uint32_t atoms_size = 0;
    std::uint32_t text_size = 0;
    std::uint32_t capacity = 0;  // for the atoms and the text

    // This branch's id in grow-only counters, or 0. The first derivation takes it (exchange with
    // 0), so that no two branches ever count under one id. Never sent.
    mutable std::atomic<std::uint32_t> component{0};

    // Found on first use by string_facts(), unless the maker knew. Every thread that looks finds
    // the same values, so they are stored relaxed and published by the state.
    mutable std::atomic<StringState> strings_state{StringState::unknown};
    mutable std::atomic<std::uint32_t> strings_begin{0};  // offset of the first entry
    mutable std::atomic<std::uint32_t> strings_end{0};    // offset behind the last entry
    mutable std::atomic<std::uint32_t> strings_count{0};  // distinct keys that have a value

    // Offsets of the entries by key, `[0]` is their number; only for irregular buffers, installed
    // once by compare-and-swap and freed with the buffer.
    mutable std::atomic<std::uint32_t*> order{nullptr};

    // Found on first use by tree_facts(), in the same way.
    mutable std::atomic<TreeState> tree_state{TreeState::unknown};
    mutable std::atomic<std::uint32_t> first_marker{0};  // offset of it; no_marker if there is none
    static constexpr std::uint32_t no_marker = 0xffffffff;

    // Offsets of the headers of level 0, `[0]` is their number; only for sorted buffers of many
    // bytes, installed as `order` is.
    mutable std::atomic<std::uint32_t*> bag_index{nullptr};

    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* data() const noexcept {
        return reinterpret_cast<const char*>(this + 1);
    }
    [[nodiscard]] std::string_view atoms() const noexcept { return {data(), atoms_size}; }
    [[nodiscard]] std::string_view text() const noexcept {
        return {data() + atoms_size, text_size};
    }
};

/// A buffer with room for `capacity` bytes and one reference. Throws std::bad_alloc.
[[nodiscard]] CTX_EXPORT BaggageBuffer* create_buffer(std::size_t capacity);
CTX_EXPORT void destroy_buffer(BaggageBuffer* buffer) noexcept;

/// Whether nobody else has a reference, so that the owner may change the buffer in place.
[[nodiscard]] inline bool is_unshared(const BaggageBuffer& buffer) noexcept {
    return buffer.references.load(std::memory_order_acquire) == 1;
}

/// Takes the counter id of a buffer that something is derived from; 0 when there is none to take.
[[nodiscard]] inline std::uint32_t take_component(const BaggageBuffer& buffer) noexcept {
    return buffer.component.load(std::memory_order_relaxed) == 0
               ? 0
               : buffer.component.exchange(0, std::memory_order_relaxed);
}

inline BaggageBuffer* retain(BaggageBuffer* buffer) noexcept {
    if (buffer != nullptr) {
        buffer->references.fetch_add(1, std::memory_order_relaxed);
    }
    return buffer;
}

inline void release(BaggageBuffer* buffer) noexcept {
    if (buffer == nullptr) {
        return;
    }
#if !defined(CTX_DETAIL_TSAN)
    // The only owner needs no read-modify-write. ThreadSanitizer does not see that this load
    // orders the destruction after the other owners' releases, so it gets the plain form.
    if (buffer->references.load(std::memory_order_acquire) == 1) {
        destroy_buffer(buffer);
        return;
    }
#endif
    if (buffer->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        destroy_buffer(buffer);
    }
}

}  // namespace ctx::detail
