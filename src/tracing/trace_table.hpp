// The data of a TraceStore: who stays, who goes. Not synchronised.

#pragma once

#include <ctx/tracing/span_data.hpp>
#include <ctx/tracing/trace_store.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ctx::detail {

/// Traces are in one of two lists, each with the next to go in front: ordinary ones by the time
/// of their last span, kept ones by the time of their promise. Kept ones go when there is no
/// ordinary one and their promise has run out.
class TraceTable {
public:
    explicit TraceTable(const TraceStoreOptions& options) : options_(options) {}

    /// Adds a span, or replaces the view of it that was taken while it ran.
    /// @return false when there is no room for it.
    [[nodiscard]] bool add(SpanDataPtr span);
    /// TraceStore::keep().
    [[nodiscard]] bool keep(SpanDataPtr span);

    [[nodiscard]] std::vector<SpanDataPtr> find(TraceId id) const;
    [[nodiscard]] std::vector<TraceId> recent(std::size_t count) const;
    [[nodiscard]] std::size_t trace_count() const noexcept { return by_id_.size(); }
    [[nodiscard]] std::size_t kept_count() const noexcept { return kept_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    using Time = std::chrono::steady_clock::time_point;

    struct Trace {
        TraceId id;
        std::vector<SpanDataPtr> spans{};
        std::size_t bytes = 0;
        std::uint64_t touched = 0;
        bool kept = false;
        bool partial = false;    // spans of it went before
        bool has_views = false;  // keep() put spans here that the recorder has yet to bring
        Time promised{};
    };
    using Traces = std::list<Trace>;
    using Place = Traces::iterator;

    [[nodiscard]] Place find_or_insert(TraceId id);
    [[nodiscard]] bool put(Trace& trace, SpanDataPtr span);
    [[nodiscard]] bool make_room(std::size_t bytes, const Trace& but);
    [[nodiscard]] bool evict_one(const Trace* but);
    [[nodiscard]] bool room_for_promise(std::size_t bytes, const Trace& trace);
    [[nodiscard]] bool promise_is_over(const Trace& trace) const noexcept;
    [[nodiscard]] static std::vector<SpanDataPtr>::iterator same_span(Trace& trace,
                                                                      const SpanData& span);
    void touch(Place place) noexcept;
    void set_kept(Place place);
    void demote_oldest() noexcept;
    void change_bytes(Trace& trace, std::size_t more, std::size_t less) noexcept;
    void erase(Place place);
    void remember_gone(TraceId id);

    const TraceStoreOptions options_;
    Traces ordinary_;
    Traces kept_;
    std::unordered_map<TraceId, Place> by_id_;
    std::size_t bytes_ = 0;
    std::size_t kept_bytes_ = 0;
    std::uint64_t clock_ = 0;  // of touches

    std::deque<TraceId> gone_order_;
    std::unordered_set<TraceId> gone_;
};

}  // namespace ctx::detail
