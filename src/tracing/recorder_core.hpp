// The engine of a Recorder: the queue of ended spans, the records for reuse, the thread.

#pragma once

#include "tracing/span_pool.hpp"
#include "tracing/span_queue.hpp"
#include "tracing/span_record.hpp"
#include <ctx/context/detail/own_process.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/tracing/recorder.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ctx::detail {

/// Owned by the Recorder, by its thread and by every record, so that spans may end, and contexts
/// go, after the Recorder.
class RecorderCore final : public Flushable, public std::enable_shared_from_this<RecorderCore> {
public:
    explicit RecorderCore(RecorderOptions options);
    ~RecorderCore() override = default;

    /// @throws std::system_error when there is no thread to be had.
    void start_thread();
    /// shutdown(), and gives the records for reuse back. Called once.
    void close() noexcept;

    bool flush(Deadline deadline) noexcept override;
    bool shutdown(Deadline deadline) noexcept override;

    /// The one that all spans of equal sources share. Valid as long as this object.
    [[nodiscard]] const std::shared_ptr<const SpanSource>* intern(SpanSource source);

    /// A record with one reference. @throws std::bad_alloc.
    [[nodiscard]] SpanRecord* acquire();
    void recycle(SpanRecord* record) noexcept;

    [[nodiscard]] const SpanLimits& limits() const noexcept { return options_.limits; }
    [[nodiscard]] bool accepts() const noexcept;

    // A place in the queue: taken when a span ends, or before by keep(), free again when the
    // sinks have the span. Running spans can hold half of the places at most.
    [[nodiscard]] bool reserve() noexcept;
    [[nodiscard]] bool reserve_for_running() noexcept;
    void give_up_running() noexcept;
    void end_running() noexcept;
    /// Takes a record that has a place and holds its own `queue_reference`.
    void push(SpanRecord& record) noexcept;

    [[nodiscard]] bool ask_sinks_to_keep(const SpanData& span) noexcept;

private:
    enum class Round : std::uint8_t { usual, last };

    void run() noexcept;
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void drain(SpanRecord* first) noexcept;
    void hand_over(std::vector<SpanRecord*>& records) noexcept;
    void give_back() noexcept;
    [[nodiscard]] bool flush_sinks(Deadline deadline) noexcept;
    [[nodiscard]] bool request(Deadline deadline, Round round) noexcept;
    [[nodiscard]] bool delivers() const noexcept;
    [[nodiscard]] bool in_forked_child() const noexcept { return process_.is_another(); }
    [[nodiscard]] bool forget_in_child() noexcept;

    const RecorderOptions options_;
    const std::size_t max_running_places_;
    // Early, so that few records are in use and those stay in the caches; and no later than half.
    const std::size_t wake_at_;
    const std::uint32_t born_after_;  // so many forks; in a child there were more
    const OwnProcess process_;

    SpanQueue queue_;
    SpanPool pool_;
    std::atomic<bool> closed_{false};
    std::atomic<bool> wake_{false};
    std::atomic<std::size_t> running_places_{0};

    // The thread gives records back by the batch: one by one they would take the pool's cache line
    // away from the threads that start spans.
    std::atomic<std::thread::id> thread_id_{};
    SpanRecord* returned_ = nullptr;       // the thread's alone
    SpanRecord* last_returned_ = nullptr;  // the thread's alone
    std::size_t returned_count_ = 0;       // the thread's alone

    std::vector<SpanData> batch_;       // the thread's alone
    std::vector<SpanRecord*> records_;  // the thread's alone
    DiagnosticLimiter limiter_;
    bool sinks_failed_ = false;  // the thread's alone, since the last flush

    std::mutex sources_mutex_;
    std::list<std::shared_ptr<const SpanSource>> sources_;

    std::mutex mutex_;  // what follows; never held while a sink runs
    std::condition_variable work_;
    std::condition_variable done_;
    std::uint64_t requested_ = 0;
    std::uint64_t finished_ = 0;
    Deadline deadline_{};
    bool stop_ = false;
    bool stopped_ = false;
    bool last_flush_good_ = true;
    std::thread thread_;
};

}  // namespace ctx::detail
