// The intrusive count of nodes, spans and facets.

#pragma once

#include <atomic>
#include <cstdint>

namespace ctx::detail {

/// Starts at one: whoever made the object holds it.
class ReferenceCount {
public:
    void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }

    /// @return true when the caller held the last reference and must destroy the object.
    [[nodiscard]] bool release() noexcept {
        // Nobody else can add a reference to an object that only the caller holds, so the last
        // holder needs no locked instruction: about a third off make + attach + detach.
        if (count_.load(std::memory_order_acquire) == 1) return true;
        return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

    /// For an object that is used again after its last reference went.
    void restart() noexcept { count_.store(1, std::memory_order_relaxed); }

    [[nodiscard]] std::uint32_t value() const noexcept {
        return count_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t> count_{1};
};

}  // namespace ctx::detail
