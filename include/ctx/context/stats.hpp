// ctx/context/stats.hpp: what ctx counted about itself: drops, misuse, malformed input.
//
//     for (const ctx::StatSample& stat : ctx::stats()) std::cout << stat.name << ' ' << stat.value;
//
//     inline ctx::Stat dropped{"ctx_mylayer_dropped_total", "Things that did not fit."};
//     dropped.add();
//
// Threads   Everything is safe from any thread.
// Errors    Nothing fails. A Stat must have static storage duration: it is never unlisted.
// Cost      add() is one relaxed increment of a shared counter: for what is rare. What happens per
//           request belongs into a metric.

#pragma once

#include <ctx/export.hpp>

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ctx {

/// A named counter that only grows. Names follow Prometheus: `ctx_<layer>_<what>_total`.
class Stat {
public:
    /// @param name, help  must have static storage duration.
    CTX_EXPORT Stat(const char* name, const char* help) noexcept;

    Stat(const Stat&) = delete;
    Stat& operator=(const Stat&) = delete;

    void add(std::uint64_t count = 1) noexcept {
        value_.fetch_add(count, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::string_view help() const noexcept { return help_; }

private:
    friend CTX_EXPORT std::vector<struct StatSample> stats();

    const char* name_;
    const char* help_;
    std::atomic<std::uint64_t> value_{0};
    Stat* next_;
};

/// A reading of a Stat, or one of the readings of a StatGroup.
struct StatSample {
    std::string_view name;
    std::string_view help;
    std::uint64_t value;
    /// In the text format of Prometheus, `carrier="http",edge="inside"`; empty: none.
    std::string_view labels = {};
};

/// Counters that come and go together under labels. Must live as long as the process.
class CTX_EXPORT StatGroup {
public:
    StatGroup(const StatGroup&) = delete;
    StatGroup& operator=(const StatGroup&) = delete;

protected:
    StatGroup() noexcept = default;
    virtual ~StatGroup();

    /// Lists the group in stats(). Called once, when the object is complete.
    void publish() noexcept;

    /// Appends the readings. Their texts must live as long as the process. Called from any thread.
    virtual void append_to(std::vector<StatSample>& samples) const = 0;

private:
    friend CTX_EXPORT std::vector<StatSample> stats();
    StatGroup* next_ = nullptr;
};

/// A reading of every counter of every loaded layer, sorted by name and labels.
[[nodiscard]] CTX_EXPORT std::vector<StatSample> stats();

/// Contexts (nodes) alive in this process, exact when no thread is making or releasing one:
/// what tests use to prove that nothing leaks.
[[nodiscard]] CTX_EXPORT std::int64_t live_contexts() noexcept;

}  // namespace ctx
