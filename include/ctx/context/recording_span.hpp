// ctx/context/recording_span.hpp: what a context knows of the span that is recorded for it.
//
// The tracing layer implements this; loggers and metrics only talk to it:
//
//     if (ctx::RecordingSpan* span = ctx::current().recording_span(); span && span->keep()) {
//         …   // the trace stays: it may be shown to a person as an exemplar
//     }
//
// Threads   Every function may be called from any thread, also after the span has ended.
// Errors    No function throws; what cannot be stored is dropped and counted by the implementation.
// Cost      One virtual call.

#pragma once

#include <ctx/context/attribute.hpp>
#include <ctx/context/detail/reference_count.hpp>

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace ctx {

/// A span that is being recorded. Counted: hold it with RecordingSpanPtr.
class RecordingSpan {
public:
    RecordingSpan(const RecordingSpan&) = delete;
    RecordingSpan& operator=(const RecordingSpan&) = delete;

    /// Asks that the trace stays available, because something will point to it.
    /// @return false when that cannot be promised; then nothing must point to it.
    virtual bool keep() noexcept = 0;

    /// An exemplar leads to this span now; keep() has promised that it may. Spans of ctx::Tracer
    /// get the attribute `exemplar=true`, unless they are full or ended. The default ignores it.
    virtual void on_exemplar() noexcept {}

    /// Adds an event at the present time. Dropped and counted when the span is full or has ended.
    virtual void add_event(std::string_view name,
                           std::span<const Attribute> attributes) noexcept = 0;

    /// For loggers: whether another line may become an event of this span, of which `most` may.
    /// Counts it then.
    [[nodiscard]] bool counts_line(std::uint8_t most) noexcept {
        std::uint8_t lines = lines_.load(std::memory_order_relaxed);
        while (lines < most) {
            if (lines_.compare_exchange_weak(lines, static_cast<std::uint8_t>(lines + 1),
                                             std::memory_order_relaxed)) {
                return true;
            }
        }
        return false;
    }

protected:
    RecordingSpan() = default;
    virtual ~RecordingSpan() = default;

    /// The last reference is gone. The default deletes; a recycling implementation overrides.
    virtual void dispose() noexcept { delete this; }

    /// A recycled object starts anew with one reference, for RecordingSpanPtr::adopt().
    void restart_references() noexcept {
        lines_.store(0, std::memory_order_relaxed);
        references_.restart();
    }

private:
    friend class RecordingSpanPtr;
    detail::ReferenceCount references_;
    std::atomic<std::uint8_t> lines_{0};
};

/// Holds a RecordingSpan; null by default.
class RecordingSpanPtr {
public:
    RecordingSpanPtr() noexcept = default;
    /// Takes over the reference that `span` was made with.
    [[nodiscard]] static RecordingSpanPtr adopt(RecordingSpan* span) noexcept {
        RecordingSpanPtr pointer;
        pointer.span_ = span;
        return pointer;
    }

    RecordingSpanPtr(const RecordingSpanPtr& other) noexcept : span_(other.span_) {
        if (span_ != nullptr) span_->references_.add();
    }
    RecordingSpanPtr(RecordingSpanPtr&& other) noexcept
        : span_(std::exchange(other.span_, nullptr)) {}
    RecordingSpanPtr& operator=(RecordingSpanPtr other) noexcept {
        std::swap(span_, other.span_);
        return *this;
    }
    ~RecordingSpanPtr() {
        if (span_ != nullptr && span_->references_.release()) span_->dispose();
    }

    [[nodiscard]] RecordingSpan* get() const noexcept { return span_; }
    RecordingSpan* operator->() const noexcept { return span_; }
    explicit operator bool() const noexcept { return span_ != nullptr; }

private:
    RecordingSpan* span_ = nullptr;
};

}  // namespace ctx
