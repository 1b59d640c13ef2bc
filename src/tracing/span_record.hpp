// A span while it is recorded and until the sinks have it: the object behind Span.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/recording_span.hpp>
#include <ctx/tracing/recorder.hpp>
#include <ctx/tracing/span_data.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ctx::detail {

class RecorderCore;

/// What is known of a span when it starts.
struct SpanStart {
    const std::shared_ptr<const SpanSource>* source;  // lives as long as the recorder's core
    const SpanContext& context;
    ContextView parent;
    SpanKind kind;
    std::string_view name;
};

/// Recycled by the recorder: begin() … finish(), and clear() when the last reference is gone.
/// Every function may be called from any thread. Lock order: a record's mutex, then a sink's.
class SpanRecord final : public RecordingSpan {
public:
    explicit SpanRecord(std::shared_ptr<RecorderCore> core) noexcept;

    /// Null when `span` is not one of ours.
    [[nodiscard]] static const SpanRecord* of(const RecordingSpan* span) noexcept;

    void begin(const SpanStart& start);
    /// Forgets everything but the memory.
    void clear() noexcept;

    bool keep() noexcept override;
    void on_exemplar() noexcept override;
    void add_event(std::string_view name, std::span<const Attribute> attributes) noexcept override;
    void set_attribute(const Attribute& attribute) noexcept;
    void add_link(const Link& link) noexcept;
    void set_status(StatusCode code, std::string_view description) noexcept;
    void set_name(std::string_view name) noexcept;

    /// Ends the span that `self` holds and gives it to the recorder's queue.
    /// @return whether it was the first span of its request here, and in error.
    static bool finish(RecordingSpanPtr self) noexcept;

    /// Borrowed from this record. Only after the end, or under the record's mutex.
    [[nodiscard]] SpanData view() const;

    /// For the recorder's lists: the next record, and the list's own reference to this one.
    SpanRecord* next = nullptr;
    RecordingSpanPtr queue_reference;

private:
    using Nanoseconds = std::chrono::nanoseconds;

    static constexpr std::size_t inline_bytes = 1024;

    void dispose() noexcept override;
    void add_inherited_links(ContextView parent, const SpanRecord* parent_record);
    [[nodiscard]] bool keep_locked();
    [[nodiscard]] bool put_attribute(const Attribute& attribute);
    [[nodiscard]] WallTime wall_now() const noexcept;

    // The following copy into arena_: the caller has asked fits(), and they throw std::bad_alloc.
    [[nodiscard]] bool fits(std::size_t bytes) const noexcept;
    [[nodiscard]] std::string_view store(std::string_view text);
    [[nodiscard]] std::optional<AttributeValue> store_value(const AttributeValue& value);
    [[nodiscard]] std::optional<Attribute> store_attribute(std::string_view key,
                                                           const AttributeValue& value);
    [[nodiscard]] std::span<const Attribute> store_all(std::span<const Attribute> attributes,
                                                       std::uint32_t& dropped);

    /// Runs `change` unless the span has ended; what fails for want of memory counts in `dropped`.
    template <typename Change>
    void modify(std::uint32_t& dropped, Change change) noexcept;

    const std::shared_ptr<RecorderCore> core_;
    const SpanLimits& limits_;

    std::mutex mutex_;
    bool ended_ = false;
    bool dropped_ = false;         // found no place in the queue
    bool place_reserved_ = false;  // by keep()

    const std::shared_ptr<const SpanSource>* source_ = nullptr;
    SpanContext context_;
    SpanId parent_id_;
    bool parent_remote_ = false;
    SpanKind kind_ = SpanKind::internal;
    StatusCode status_ = StatusCode::unset;
    std::string_view name_;
    std::string_view status_description_;
    Nanoseconds start_{0};        // steady clock
    Nanoseconds wall_offset_{0};  // wall clock minus steady clock, the same for a local trace
    Nanoseconds duration_{0};
    std::size_t links_seen_ = 0;  // links of the parent context that this span or one above has
    std::size_t text_bytes_ = 0;
    std::uint32_t dropped_attributes_ = 0;
    std::uint32_t dropped_events_ = 0;
    std::uint32_t dropped_links_ = 0;

    std::pmr::monotonic_buffer_resource arena_{&inline_, sizeof inline_};
    std::pmr::vector<Attribute> attributes_{&arena_};
    std::pmr::vector<SpanEvent> events_{&arena_};
    std::pmr::vector<Link> links_{&arena_};
    // Last: a span that stores little touches few cache lines.
    alignas(std::max_align_t) std::array<std::byte, inline_bytes> inline_;
};

}  // namespace ctx::detail
