// Texts that become label values: at most so many, each kept once, found again without a lock.

#pragma once

#include <ctx/export.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace ctx::detail {

/// What stands for a value that is not shown, as in OpenTelemetry's semantic conventions.
inline constexpr std::string_view other_name = "_OTHER";

class CTX_EXPORT BoundedNames {
public:
    /// Texts of more bytes are not kept.
    static constexpr std::size_t max_bytes = 200;

    explicit BoundedNames(std::size_t at_most) noexcept : left_(at_most) {}
    BoundedNames(const BoundedNames&) = delete;
    BoundedNames& operator=(const BoundedNames&) = delete;
    ~BoundedNames();

    /// Empty texts and `_OTHER` need no room.
    /// @return the kept text, or `_OTHER` where there is no room for another; counted
    ///         (`ctx_metrics_names_overflow_total`). Never null, valid as long as this object;
    ///         equal texts have equal addresses.
    [[nodiscard]] const std::string* find_or_add(std::string_view text) noexcept;

private:
    struct Name {
        std::string text;
        std::size_t hash;
        Name* next;
    };
    static constexpr std::size_t chains = 128;

    [[nodiscard]] const Name* find(std::string_view text, std::size_t hash) const noexcept;
    [[nodiscard]] const std::string* add(std::string_view text, std::size_t hash) noexcept;

    std::array<std::atomic<Name*>, chains> table_{};
    std::mutex mutex_;  // of writers
    std::size_t left_;
};

}  // namespace ctx::detail
