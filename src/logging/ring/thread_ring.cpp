#include "logging/ring/thread_ring.hpp"

#include "logging/ring/futex.hpp"

#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace ctx::log::detail {
namespace {

// The backend looks after every record and after every pass: this is never waited for in vain.
constexpr std::chrono::milliseconds longest_wait{100};

constexpr std::uint32_t number(RecordKind kind) noexcept {
    return static_cast<std::uint32_t>(kind);
}

bool is_of_kind(const TimedRecord& record, RecordKind kind) noexcept {
    return record.head.kind == number(kind);
}

void copy_texts(char* to, const Line& line) noexcept {
    if (!line.message.empty()) std::memcpy(to, line.message.data(), line.message.size());
    if (!line.values.empty()) {
        std::memcpy(to + line.message.size(), line.values.data(), line.values.size());
    }
}

}  // namespace

/// Announces that the thread writes, so that the backend forgets nothing meanwhile.
class ThreadRing::Writing {
public:
    explicit Writing(ThreadRing& ring) noexcept : ring_(ring) {
        ring.writing_.store(true, std::memory_order_relaxed);
        light_fence();
        if (ring.state_.load(std::memory_order_acquire) != State::known) [[unlikely]]
            recall();
    }
    ~Writing() { ring_.writing_.store(false, std::memory_order_release); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

private:
    void recall() noexcept {
        State state = State::busy;
        while ((state = ring_.state_.load(std::memory_order_acquire)) == State::busy)
            std::this_thread::yield();
        if (state == State::known) return;
        ring_.sent_ = &ring_;  // no node: whatever comes next is sent
        ring_.state_.store(State::known, std::memory_order_relaxed);
    }

    ThreadRing& ring_;
};

bool ThreadRing::reserve_context(const ctx::detail::Node* node) noexcept {
    char* at = ring_.reserve(sizeof(ContextRecord), number(RecordKind::context));
    if (at == nullptr) return false;
    reinterpret_cast<ContextRecord*>(at)->node = node;
    return true;
}

char* ThreadRing::reserve_line(LineTarget& target, const Line& line, RecordKind kind,
                               std::size_t bytes) noexcept {
    char* at = ring_.reserve(sizeof(LineRecord) + bytes, number(kind));
    if (at == nullptr) return nullptr;
    auto& record = *reinterpret_cast<LineRecord*>(at);
    record.timed.target = &target;
    record.timed.time = line.time.time_since_epoch().count();
    record.thread_id = line.thread_id;
    record.file = line.file;
    record.function = line.function;
    record.line_number = line.line_number;
    record.level = line.level;
    record.mark = line.mark;
    record.message_size = static_cast<std::uint32_t>(line.message.size());
    record.values_size = static_cast<std::uint32_t>(line.values.size());
    return at + sizeof(LineRecord);
}

ThreadRing::Written ThreadRing::reserve_message(LineTarget& target, const Line& line) noexcept {
    const std::size_t size = line.message.size() + line.values.size();
    if (sizeof(LineRecord) + size <= ring_.max_record()) {
        char* to = reserve_line(target, line, RecordKind::line, size);
        if (to == nullptr) return Written::no_room;
        copy_texts(to, line);
        return Written::all;
    }
    char* to = reserve_line(target, line, RecordKind::long_line, sizeof(char*));
    if (to == nullptr) return Written::no_room;
    auto* memory = static_cast<char*>(std::malloc(size));
    if (memory == nullptr) return Written::no_memory;
    copy_texts(memory, line);
    std::memcpy(to, &memory, sizeof memory);
    return Written::all;
}

ThreadRing::Written ThreadRing::write(LineTarget& target, const Line& line,
                                      ContextView context) noexcept {
    const Writing writing{*this};
    const ctx::detail::Node* node = context.node();
    const bool is_new = node != sent_;
    const Written written =
        is_new && !reserve_context(node) ? Written::no_room : reserve_message(target, line);
    if (written != Written::all) [[unlikely]] {
        ring_.cancel();
        return written;
    }
    if (is_new) {
        ctx::detail::add_reference(node);
        sent_ = node;
    }
    ring_.commit();
    return written;
}

ThreadRing::Written ThreadRing::write_flush(LineTarget& target, Clock::time_point time) noexcept {
    const Writing writing{*this};
    char* at = ring_.reserve(sizeof(TimedRecord), number(RecordKind::flush));
    if (at == nullptr) return Written::no_room;
    auto& record = *reinterpret_cast<TimedRecord*>(at);
    record.target = &target;
    record.time = time.time_since_epoch().count();
    ring_.commit();
    return Written::all;
}

void ThreadRing::wait_for_room() noexcept {
    waiting_.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (ring_.is_half_empty()) {
        waiting_.store(0, std::memory_order_relaxed);
        return;
    }
    futex_wait(waiting_, 1, longest_wait);
}

void ThreadRing::notify_if_waiting() noexcept {
    if (waiting_.load(std::memory_order_relaxed) == 0 || !ring_.is_half_empty()) return;
    waiting_.store(0, std::memory_order_relaxed);
    futex_wake(waiting_);
}

TimedRecord* ThreadRing::front(std::uint64_t limit) noexcept {
    while (RecordHead* record = ring_.front(limit)) {
        if (record->kind != number(RecordKind::context)) {
            return reinterpret_cast<TimedRecord*>(record);
        }
        ctx::detail::release_node(context_);
        context_ = reinterpret_cast<ContextRecord*>(record)->node;
        ring_.pop(*record);
    }
    return nullptr;
}

std::string_view ThreadRing::message(const LineRecord& record) noexcept {
    const void* const behind = &record + 1;
    const char* at = static_cast<const char*>(behind);
    if (is_of_kind(record.timed, RecordKind::long_line)) std::memcpy(&at, behind, sizeof at);
    return {at, record.message_size};
}

std::string_view ThreadRing::values(const LineRecord& record) noexcept {
    return {message(record).data() + record.message_size, record.values_size};
}

void ThreadRing::pop(TimedRecord& record) noexcept {
    if (is_of_kind(record, RecordKind::long_line)) {
        std::free(const_cast<char*>(message(reinterpret_cast<LineRecord&>(record)).data()));
    }
    is_unfolded_ = true;
    ring_.pop(record.head);
}

const ctx::detail::Node* ThreadRing::finish_forgetting(bool fold) noexcept {
    if (writing_.load(std::memory_order_acquire) || !ring_.is_empty()) {
        state_.store(before_, std::memory_order_release);
        return nullptr;
    }
    if (fold) {
        ring_.release_memory();
        is_unfolded_ = false;
    }
    const ctx::detail::Node* forgotten = std::exchange(context_, nullptr);
    state_.store(State::forgotten, std::memory_order_release);
    return forgotten;
}

}  // namespace ctx::log::detail
