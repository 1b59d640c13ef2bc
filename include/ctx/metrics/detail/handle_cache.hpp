// Handles of a family by what their labels are made of: found without a lock and without making
// the labels' texts.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace ctx::detail {

/// `Key` has ==, and hash() that is cheap. What is made once stays.
template <typename Key, typename Handle>
class HandleCache {
public:
    /// Of that many keys; the others share what `make` gave for the first of them: a family that
    /// is full gives all of them one series.
    explicit HandleCache(std::size_t at_most) noexcept : left_(at_most) {}
    HandleCache(const HandleCache&) = delete;
    HandleCache& operator=(const HandleCache&) = delete;
    ~HandleCache() {
        for (auto& chain : table_) {
            const Entry* entry = chain.load(std::memory_order_acquire);
            while (entry != nullptr)
                delete std::exchange(entry, entry->next);
        }
    }

    /// @throws std::bad_alloc, when there is no memory for a new one.
    template <typename Make>
    [[nodiscard]] Handle& find_or_make(const Key& key, const Make& make) {
        std::atomic<Entry*>& chain = table_[key.hash() % chains];
        if (Entry* const found = find(chain, key)) return found->handle;
        const std::lock_guard lock{mutex_};
        if (Entry* const found = find(chain, key)) return found->handle;
        if (left_ == 0) {
            if (!others_) others_.emplace(make());
            return *others_;
        }
        auto entry =
            std::make_unique<Entry>(Entry{key, make(), chain.load(std::memory_order_relaxed)});
        --left_;
        chain.store(entry.get(), std::memory_order_release);
        return entry.release()->handle;
    }

private:
    struct Entry {
        Key key;
        Handle handle;
        Entry* next;
    };
    static constexpr std::size_t chains = 256;

    [[nodiscard]] static Entry* find(const std::atomic<Entry*>& chain, const Key& key) noexcept {
        Entry* entry = chain.load(std::memory_order_acquire);
        while (entry != nullptr && !(entry->key == key))
            entry = entry->next;
        return entry;
    }

    std::array<std::atomic<Entry*>, chains> table_{};
    std::mutex mutex_;  // of writers
    std::size_t left_;
    std::optional<Handle> others_;
};

/// Mixes the parts of a key.
[[nodiscard]] constexpr std::size_t mix(std::size_t hash, std::size_t part) noexcept {
    return (hash ^ part) * 0x9e37'79b9'7f4a'7c15U ^ (hash >> 29U);
}

}  // namespace ctx::detail
