#include "logging/ring/backend.hpp"

#include "logging/log_stats.hpp"
#include "logging/ring/fences.hpp"
#include "logging/ring/futex.hpp"
#include "logging/ring/pass.hpp"
#include <ctx/context/detail/signals_blocked.hpp>

#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>

namespace ctx::log::detail {
namespace {

// A ring that was not used for so long gives its memory back.
constexpr std::chrono::seconds fold_after{10};
// Nothing is due before somebody writes.
constexpr std::chrono::hours long_time{1};
// Bounds what fork() and the end of the process wait for sinks.
constexpr std::chrono::seconds patience{2};
// Without asymmetric fences a line can be missed by a backend that falls asleep just then.
constexpr std::chrono::milliseconds nap{5};
constexpr std::int32_t warn_level = 3;

constinit std::atomic<Backend*> used_backend{nullptr};

thread_local constinit bool is_backend_thread = false;

/// The thread is the backend for as long as this lives.
class [[nodiscard]] AsBackend {
public:
    AsBackend() noexcept : before_(std::exchange(is_backend_thread, true)) {}
    ~AsBackend() { is_backend_thread = before_; }
    AsBackend(const AsBackend&) = delete;
    AsBackend& operator=(const AsBackend&) = delete;

private:
    bool before_;
};

[[gnu::tls_model("initial-exec")]] thread_local constinit ThreadRing* my_ring = nullptr;
thread_local constinit bool has_thread_ended = false;

/// Ends the ring with its thread.
struct RingOwner {
    void (*wake)() = nullptr;

    ~RingOwner() {
        has_thread_ended = true;
        if (ThreadRing* ring = std::exchange(my_ring, nullptr)) {
            ring->abandon();
            wake();
        }
    }
};

/// std::timed_mutex would do, if ThreadSanitizer knew how it is locked.
bool lock_within(std::mutex& mutex, std::chrono::steady_clock::duration limit) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!mutex.try_lock()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

bool may_wait(WhenFull when_full, std::int32_t level) noexcept {
    if (is_backend_thread) return false;
    return when_full == WhenFull::block ||
           (when_full == WhenFull::drop_below_warn && level >= warn_level);
}

}  // namespace

/// The ring of this thread. While its thread-local objects are destroyed, some of which may log,
/// nobody would end it any more: each line has one of its own then.
class [[nodiscard]] Backend::RingLease {
public:
    explicit RingLease(Backend& backend) noexcept
        : ring_(my_ring != nullptr ? my_ring : backend.open_ring()) {}
    ~RingLease() {
        if (ring_ == my_ring) [[likely]]
            return;
        ring_->abandon();
        Backend::instance().wake_if_asleep();
    }
    RingLease(const RingLease&) = delete;
    RingLease& operator=(const RingLease&) = delete;

    explicit operator bool() const noexcept { return ring_ != nullptr; }
    ThreadRing& operator*() const noexcept { return *ring_; }
    ThreadRing* operator->() const noexcept { return ring_; }

private:
    ThreadRing* ring_;
};

Backend& Backend::instance() {
    static Backend& backend = []() -> Backend& {
        auto* const made = new Backend;
        used_backend.store(made, std::memory_order_release);
        return *made;
    }();
    return backend;
}

Backend* Backend::if_used() noexcept {
    return used_backend.load(std::memory_order_acquire);
}

Backend::Backend() {
    light_fences_are_free.store(has_asymmetric_fences());
    std::atexit([] { instance().end_with_process(); });
    pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork_in_parent(); },
                   [] { instance().after_fork_in_child(); });
}

void Backend::retire(LineTarget& target) noexcept {
    target.next_retired_ = retired_.load(std::memory_order_relaxed);
    while (!retired_.compare_exchange_weak(target.next_retired_, &target, std::memory_order_release,
                                           std::memory_order_relaxed)) {
    }
    start_thread();
    wake_if_asleep();
}

bool Backend::write(LineTarget& target, const Line& line, ContextView context,
                    WhenFull when_full) noexcept {
    const RingLease ring{*this};
    auto written = ThreadRing::Written::no_memory;
    while (ring) {
        written = ring->write(target, line, context);
        if (written != ThreadRing::Written::no_room || !may_wait(when_full, line.level)) break;
        make_room(*ring);
    }
    if (written != ThreadRing::Written::all) [[unlikely]] {
        dropped_lines.add();
        wake_if_asleep();
        return false;
    }
    wake_if_asleep();
    if (has_ended_.load(std::memory_order_relaxed)) [[unlikely]]
        flush(std::chrono::steady_clock::now() + patience);
    return true;
}

void Backend::flush_later(LineTarget& target, WhenFull when_full) noexcept {
    const RingLease ring{*this};
    while (ring &&
           ring->write_flush(target, ThreadRing::Clock::now()) == ThreadRing::Written::no_room) {
        if (!may_wait(when_full, 0)) return;
        make_room(*ring);
    }
    wake_if_asleep();
}

void Backend::make_room(ThreadRing& ring) noexcept {
    if (start_thread()) {
        wake();
        ring.wait_for_room();
    } else {
        pass();
    }
}

bool Backend::flush(Deadline deadline) noexcept {
    if (is_backend_thread) return false;
    const std::uint64_t mine = requested_.fetch_add(1) + 1;
    if (!start_thread()) {  // nobody else does it
        while (answered_.load() < mine)
            pass();
        return true;
    }
    wake();
    std::unique_lock lock{answer_mutex_};
    return answer_changed_.wait_until(lock, deadline, [&] { return answered_.load() >= mine; });
}

void Backend::drain_in_signal_handler(std::chrono::nanoseconds limit) noexcept {
    if (is_backend_thread || !is_running_.load(std::memory_order_acquire)) return;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const std::uint64_t mine = requested_.fetch_add(1) + 1;
    wake();
    for (;;) {
        const std::uint32_t answers = answers_.load();
        const auto left = deadline - std::chrono::steady_clock::now();
        if (answered_.load() >= mine || left <= left.zero()) return;
        futex_wait(answers_, answers, left);
    }
}

ThreadRing* Backend::open_ring() noexcept {
    auto ring = std::unique_ptr<ThreadRing>(
        new (std::nothrow) ThreadRing(ring_bytes_.load(std::memory_order_relaxed)));
    if (ring == nullptr || !ring->is_valid()) return nullptr;
    ThreadRing* const opened = ring.get();
    try {
        const std::lock_guard lock{fresh_mutex_};
        fresh_.push_back(std::move(ring));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    fresh_count_.fetch_add(1, std::memory_order_release);
    start_thread();
    if (!has_thread_ended) {
        thread_local RingOwner owner;
        owner.wake = [] { instance().wake_if_asleep(); };
        my_ring = opened;
    }
    return opened;
}

bool Backend::start_thread() noexcept {
    if (is_running_.load(std::memory_order_acquire)) return true;
    try {
        const std::lock_guard lock{fresh_mutex_};
        if (is_running_.load(std::memory_order_relaxed)) return true;
        const ctx::detail::SignalsBlocked blocked;
        std::thread{[this] { run(); }}.detach();
        is_running_.store(true, std::memory_order_release);
        return true;
    } catch (...) {  // no thread, or no memory for one
        return false;
    }
}

void Backend::run() noexcept {
    is_backend_thread = true;
    pthread_setname_np(pthread_self(), "ctx-log");
    bool is_busy = false;  // lines come while lines are delivered
    for (;;) {
        const bool any = pass();
        if (any && is_busy) let_lines_gather();
        if (!any && !linger()) sleep();
        is_busy = any;
    }
}

bool Backend::pass() noexcept {
    const std::lock_guard lock{delivery_mutex_};
    const AsBackend as_backend;
    const std::uint64_t requested = requested_.load(std::memory_order_acquire);
    take_retired_targets();
    take_fresh_rings();
    const bool any = Pass{*this}.deliver_all();
    // A thread that began to wait just now has not been seen: its word, then its ring.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    for (const Seat& seat : seats_)
        seat.ring->notify_if_waiting();
    const bool is_asked = answer_requests(requested);
    const bool are_some_ending = end_retired_targets();
    take_away_ended_rings();
    return any || is_asked || are_some_ending;
}

void Backend::sleep() noexcept {
    auto timeout = forget_idle_contexts();
    if (!light_fences_are_free.load(std::memory_order_relaxed)) timeout = nap;
    sleeping_.store(1, std::memory_order_relaxed);
    heavy_fence();
    bool is_idle = false;
    {
        const std::lock_guard lock{delivery_mutex_};
        is_idle = !has_work();
    }
    const auto begin = std::chrono::steady_clock::now();
    if (is_idle) futex_wait(sleeping_, 1, timeout);
    last_sleep_ = std::chrono::steady_clock::now() - begin;
    sleeping_.store(0, std::memory_order_relaxed);
}

/// @return when there will be memory to give back.
std::chrono::nanoseconds Backend::forget_idle_contexts() noexcept {
    const AsBackend as_backend;
    std::unique_lock lock{delivery_mutex_};
    const auto now = std::chrono::steady_clock::now();
    const auto folds = [now](const Seat& seat) {
        return seat.ring->keeps_memory() && now - seat.last_used >= fold_after;
    };
    const auto forgets = [&](const Seat& seat) {
        return seat.ring->keeps_a_context() || folds(seat);
    };
    idle_.clear();
    for (Seat& seat : seats_) {
        if (forgets(seat)) idle_.push_back(&seat);
    }
    for (const Seat* seat : idle_)
        seat->ring->begin_forgetting();
    if (!idle_.empty()) heavy_fence();
    forgotten_.clear();
    for (const Seat* seat : idle_)
        forgotten_.push_back(seat->ring->finish_forgetting(folds(*seat)));
    const bool any_memory = std::any_of(seats_.begin(), seats_.end(),
                                        [](const Seat& seat) { return seat.ring->keeps_memory(); });
    lock.unlock();
    for (const auto* node : forgotten_)
        ctx::detail::release_node(node);
    return any_memory ? std::chrono::nanoseconds{fold_after} : std::chrono::nanoseconds{long_time};
}

void Backend::wake() noexcept {
    if (sleeping_.exchange(0) != 0) futex_wake(sleeping_);
}

void Backend::wake_if_asleep() noexcept {
    light_fence();
    if (sleeping_.load(std::memory_order_relaxed) != 0) [[unlikely]]
        wake();
}

void Backend::end_with_process() noexcept {
    flush(std::chrono::steady_clock::now() + patience);
    has_ended_.store(true, std::memory_order_relaxed);
}

// Sinks are let come to rest, so that the child finds their locks open and their buffers empty. No
// other lock than the one of deliveries is ever held over somebody else's code.
void Backend::before_fork() noexcept {
    fork_mutex_.lock();
    if (is_running_.load()) flush(std::chrono::steady_clock::now() + patience);
    is_delivery_locked_ = !is_backend_thread && lock_within(delivery_mutex_, patience);
    fresh_mutex_.lock();
    answer_mutex_.lock();
}

void Backend::after_fork_in_parent() noexcept {
    answer_mutex_.unlock();
    fresh_mutex_.unlock();
    if (is_delivery_locked_) delivery_mutex_.unlock();
    fork_mutex_.unlock();
}

// The parent delivers what the rings hold, and their threads do not exist here: they are left
// alone, with the contexts in them. (A sink that forks must not go on in the child but to exec().)
void Backend::after_fork_in_child() noexcept {
    if (is_backend_thread) return;
    for (Seat& seat : seats_)
        static_cast<void>(seat.ring.release());
    seats_.clear();
    for (auto& ring : fresh_)
        static_cast<void>(ring.release());
    fresh_.clear();
    fresh_count_.store(0);
    my_ring = nullptr;
    sleeping_.store(0);
    is_running_.store(false);
    seen_request_ = requested_.load();
    answered_.store(seen_request_);
    // A lock that remembers its thread would not open for the thread of the same name here.
    new (&fork_mutex_) std::mutex;
    new (&fresh_mutex_) std::mutex;
    new (&delivery_mutex_) std::mutex;
    new (&answer_mutex_) std::mutex;
    new (&answer_changed_) std::condition_variable;
}

}  // namespace ctx::log::detail
