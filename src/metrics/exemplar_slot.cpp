#include <ctx/metrics/detail/exemplar_slot.hpp>

#include <time.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

// Data words are written with release and read with acquire, not relaxed between fences: the same
// instructions on x86, and ThreadSanitizer understands it.

namespace ctx::detail {
namespace {

using Word = std::atomic<std::uint64_t>;
constexpr int read_attempts = 64;

std::size_t words_for(std::size_t bytes) noexcept {
    return (bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
}

}  // namespace

static_assert(alignof(ExemplarSlot) >= alignof(Word) && sizeof(Word) == sizeof(std::uint64_t));

ExemplarSlot* ExemplarSlot::create(bool with_extras) noexcept {
    const std::size_t extra = with_extras ? extra_words * sizeof(Word) : 0;
    void* memory = ::operator new(sizeof(ExemplarSlot) + extra, std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* slot = ::new (memory) ExemplarSlot(with_extras);
    if (with_extras) std::uninitialized_value_construct_n(slot->extras(), extra_words);
    return slot;
}

void ExemplarSlot::destroy(ExemplarSlot* slot) noexcept {
    if (slot == nullptr) return;
    slot->~ExemplarSlot();
    ::operator delete(slot);
}

Word* ExemplarSlot::extras() noexcept {
    return reinterpret_cast<Word*>(this + 1);
}

const Word* ExemplarSlot::extras() const noexcept {
    return reinterpret_cast<const Word*>(this + 1);
}

void ExemplarSlot::write_extras(const StoredExemplar& exemplar) noexcept {
    if (!with_extras_) return;
    extras_size_.store(static_cast<std::uint16_t>(exemplar.extras_size), std::memory_order_release);
    for (std::size_t i = 0; i < words_for(exemplar.extras_size); ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, exemplar.extras.data() + i * sizeof word, sizeof word);
        extras()[i].store(word, std::memory_order_release);
    }
}

void ExemplarSlot::read_extras(StoredExemplar& exemplar) const noexcept {
    exemplar.extras_size =
        with_extras_ ? extras_size_.load(std::memory_order_acquire) : std::size_t{0};
    for (std::size_t i = 0; i < words_for(exemplar.extras_size); ++i) {
        const std::uint64_t word = extras()[i].load(std::memory_order_acquire);
        std::memcpy(exemplar.extras.data() + i * sizeof word, &word, sizeof word);
    }
}

bool ExemplarSlot::store(const StoredExemplar& exemplar, std::int64_t min_age_ms,
                         std::int64_t max_age_ms) noexcept {
    std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    if (sequence % 2 != 0 ||
        !sequence_.compare_exchange_strong(sequence, sequence + 1, std::memory_order_acq_rel,
                                           std::memory_order_relaxed)) {
        return false;
    }
    // Asked again now that nobody else can store: timestamps of a slot only grow.
    const bool due = is_due(exemplar.unix_ms, min_age_ms, max_age_ms);
    if (due) {
        ids_[0].store(exemplar.trace_id.high(), std::memory_order_release);
        ids_[1].store(exemplar.trace_id.low(), std::memory_order_release);
        ids_[2].store(exemplar.span_id.value(), std::memory_order_release);
        ids_[3].store(std::bit_cast<std::uint64_t>(exemplar.value), std::memory_order_release);
        write_extras(exemplar);
        unix_ms_.store(exemplar.unix_ms, std::memory_order_release);
        unread_.store(1, std::memory_order_relaxed);
    }
    sequence_.store(sequence + 2, std::memory_order_release);
    return due;
}

void ExemplarSlot::note_early() noexcept {
    std::uint8_t before = unread_.load(std::memory_order_relaxed);
    if (before == 0 || before > most_unread) return;
    // One that fails has met a reader, or another one that was too early.
    unread_.compare_exchange_strong(before, static_cast<std::uint8_t>(before + 1),
                                    std::memory_order_relaxed);
}

bool ExemplarSlot::read(StoredExemplar& exemplar) const noexcept {
    for (int attempt = 0; attempt < read_attempts; ++attempt) {
        const std::uint32_t before = sequence_.load(std::memory_order_acquire);
        if (before == 0) return false;
        if (before % 2 != 0) continue;
        exemplar.trace_id = TraceId{ids_[0].load(std::memory_order_acquire),
                                    ids_[1].load(std::memory_order_acquire)};
        exemplar.span_id = SpanId{ids_[2].load(std::memory_order_acquire)};
        exemplar.value = std::bit_cast<double>(ids_[3].load(std::memory_order_acquire));
        read_extras(exemplar);
        exemplar.unix_ms = unix_ms_.load(std::memory_order_acquire);
        if (sequence_.load(std::memory_order_relaxed) != before) continue;
        if (exemplar.unix_ms == 0) return false;
        if (unread_.load(std::memory_order_relaxed) != 0) {
            unread_.store(0, std::memory_order_relaxed);
        }
        return true;
    }
    return false;
}

std::int64_t coarse_unix_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace ctx::detail
