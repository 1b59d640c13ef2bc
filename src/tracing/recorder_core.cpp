#include "tracing/recorder_core.hpp"

#include "tracing/stats.hpp"
#include <ctx/context/boundary.hpp>
#include <ctx/context/diagnostics.hpp>

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace ctx::detail {
namespace {

// Counts the forks this process descends from: cheap enough to be asked at the end of each span.
constinit std::atomic<std::uint32_t> forks{0};

std::uint32_t watch_forks() noexcept {
    static const int registered =
        pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    static_cast<void>(registered);
    return forks.load(std::memory_order_relaxed);
}

}  // namespace

RecorderCore::RecorderCore(RecorderOptions options)
    : options_(std::move(options)),
      max_running_places_(options_.max_queued_spans / 2),
      wake_at_(std::min<std::size_t>(options_.max_queued_spans / 2, 512)),
      born_after_(watch_forks()),
      queue_(options_.max_queued_spans),
      pool_(options_.max_queued_spans) {
    batch_.reserve(options_.max_batch);
    records_.reserve(options_.max_batch);
}

void RecorderCore::start_thread() {
    thread_ = std::thread{[self = shared_from_this()] { self->run(); }};
}

const std::shared_ptr<const SpanSource>* RecorderCore::intern(SpanSource source) {
    const std::lock_guard lock{sources_mutex_};
    const auto same = [&](const std::shared_ptr<const SpanSource>& known) {
        return std::ranges::equal(known->resource.attributes(), source.resource.attributes()) &&
               known->scope_name == source.scope_name &&
               known->scope_version == source.scope_version;
    };
    const auto known = std::find_if(sources_.begin(), sources_.end(), same);
    if (known != sources_.end()) return &*known;
    return &sources_.emplace_back(std::make_shared<const SpanSource>(std::move(source)));
}

SpanRecord* RecorderCore::acquire() {
    if (SpanRecord* record = pool_.take()) return record;
    return new SpanRecord{shared_from_this()};
}

void RecorderCore::recycle(SpanRecord* record) noexcept {
    if (std::this_thread::get_id() == thread_id_.load(std::memory_order_relaxed)) {
        if (returned_ == nullptr) last_returned_ = record;
        record->next = std::exchange(returned_, record);
        ++returned_count_;
    } else if (!pool_.give(record)) {
        delete record;
    }
}

void RecorderCore::give_back() noexcept {
    SpanRecord* record = std::exchange(returned_, nullptr);
    const std::size_t count = std::exchange(returned_count_, 0);
    if (record == nullptr || pool_.give_all(record, last_returned_, count)) return;
    last_returned_->next = nullptr;
    while (record != nullptr)
        delete std::exchange(record, record->next);
}

bool RecorderCore::accepts() const noexcept {
    return !closed_.load(std::memory_order_acquire) && !in_forked_child();
}

bool RecorderCore::delivers() const noexcept {
    return !closed_.load(std::memory_order_relaxed) &&
           forks.load(std::memory_order_relaxed) == born_after_;
}

bool RecorderCore::reserve() noexcept {
    if (!delivers()) return false;
    const std::size_t before = queue_.reserve();
    if (before == wake_at_) {
        // Without the mutex, which the caller must not wait for. A wake-up that is lost between
        // the thread's look at the flag and its sleep costs one interval.
        wake_.store(true, std::memory_order_relaxed);
        work_.notify_one();
    }
    return before != SpanQueue::none;
}

bool RecorderCore::reserve_for_running() noexcept {
    if (running_places_.fetch_add(1, std::memory_order_relaxed) < max_running_places_ &&
        reserve()) {
        return true;
    }
    running_places_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void RecorderCore::give_up_running() noexcept {
    end_running();
    queue_.free_places(1);
}

void RecorderCore::end_running() noexcept {
    running_places_.fetch_sub(1, std::memory_order_relaxed);
}

void RecorderCore::push(SpanRecord& record) noexcept {
    // A place that keep() reserved before a fork leads nowhere in the child.
    if (forks.load(std::memory_order_relaxed) == born_after_ && queue_.push(record)) return;
    dropped_spans.add();
    const RecordingSpanPtr last = std::move(record.queue_reference);
}

bool RecorderCore::ask_sinks_to_keep(const SpanData& span) noexcept {
    // The span is locked: a sink that counts or logs must not come back to it as the current one.
    const Boundary nobody{Context{}};
    return std::all_of(options_.sinks.begin(), options_.sinks.end(),
                       [&](const auto& sink) { return sink->keep(span); });
}

void RecorderCore::run() noexcept {
    thread_id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    std::unique_lock lock{mutex_};
    bool last = false;
    while (!last) {
        wait_for_work(lock);
        const std::uint64_t request = requested_;
        const bool asked = request != finished_;
        const Deadline deadline = deadline_;
        last = stop_;
        lock.unlock();
        drain(last ? queue_.close() : queue_.take_all());
        const bool good = !asked || flush_sinks(deadline);
        give_back();
        lock.lock();
        if (asked) last_flush_good_ = good;
        finished_ = request;
        stopped_ = last;
        done_.notify_all();
    }
    // What sinks let go of later must not wait for a round that never comes.
    thread_id_.store({}, std::memory_order_relaxed);
}

void RecorderCore::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto has_work = [this] {
        return requested_ != finished_ || stop_ || wake_.load(std::memory_order_relaxed);
    };
    work_.wait_for(lock, options_.interval, has_work);
    wake_.store(false, std::memory_order_relaxed);
}

void RecorderCore::drain(SpanRecord* first) noexcept {
    while (first != nullptr) {
        records_.clear();
        while (first != nullptr && records_.size() < options_.max_batch)
            records_.push_back(std::exchange(first, first->next));
        hand_over(records_);
    }
}

void RecorderCore::hand_over(std::vector<SpanRecord*>& records) noexcept {
    batch_.clear();
    for (const SpanRecord* record : records)
        batch_.push_back(record->view());  // no allocation: room for a batch was made at the start
    for (const auto& sink : options_.sinks) {
        try {
            sink->consume(batch_);
        } catch (...) {
            sinks_failed_ = true;
            export_failures.add();
            if (limiter_.pass()) diagnose(Severity::error, "tracing", "a span sink threw");
        }
    }
    batch_.clear();
    for (SpanRecord* record : records)
        const RecordingSpanPtr last = std::move(record->queue_reference);
    give_back();
    queue_.free_places(records.size());
}

bool RecorderCore::flush_sinks(Deadline deadline) noexcept {
    bool good = !std::exchange(sinks_failed_, false);
    for (const auto& sink : options_.sinks)
        good &= sink->flush(deadline);
    return good;
}

bool RecorderCore::request(Deadline deadline, Round round) noexcept {
    // A sink that flushes everything would wait for itself.
    if (std::this_thread::get_id() == thread_id_.load(std::memory_order_relaxed)) return false;
    std::unique_lock lock{mutex_};
    if (stopped_) return true;
    const std::uint64_t mine = ++requested_;
    deadline_ = std::max(deadline_, deadline);
    if (round == Round::last) stop_ = true;
    work_.notify_one();
    // The last round may have begun before this request; no other comes after it.
    const auto done = [&] { return stopped_ || (round == Round::usual && finished_ >= mine); };
    return done_.wait_until(lock, deadline, done) && last_flush_good_;
}

bool RecorderCore::forget_in_child() noexcept {
    // The parent's thread delivers what was queued before the fork; this process has none.
    closed_.store(true, std::memory_order_relaxed);
    return true;
}

bool RecorderCore::flush(Deadline deadline) noexcept {
    if (in_forked_child()) return forget_in_child();
    return request(deadline, Round::usual);
}

bool RecorderCore::shutdown(Deadline deadline) noexcept {
    if (in_forked_child()) return forget_in_child();
    closed_.store(true, std::memory_order_release);
    return request(deadline, Round::last);
}

void RecorderCore::close() noexcept {
    if (in_forked_child()) {
        // Neither the thread nor the state of its locks came along. Nothing may be waited for or
        // taken apart, so this process leaks what it got with the fork.
        thread_.detach();
        new std::shared_ptr<RecorderCore>{shared_from_this()};
        return;
    }
    unregister_flushable(*this);
    static_cast<void>(shutdown(std::chrono::steady_clock::now() + options_.shutdown_timeout));
    std::unique_lock lock{mutex_};
    const bool stopped = stopped_;
    lock.unlock();
    if (stopped) {
        thread_.join();
    } else {
        thread_.detach();  // a sink is stuck; it and the thread own what they use
    }
    pool_.close();
}

}  // namespace ctx::detail
