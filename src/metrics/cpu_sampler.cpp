#include "metrics/cpu_sampler.hpp"

#include <ctx/context/detail/word.hpp>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <vector>

// glibc gives it no name before 2.38 or so.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace ctx::detail {
namespace {

// The signal carries the place of its record, not an address: whatever a foreign timer carries is
// at worst another thread's place, and that finds itself with the wrong thread.
constexpr int max_records = 4096;
constinit std::array<std::atomic<CpuRecord*>, max_records> records{};

std::mutex& places_mutex() {
    static auto* const mutex = new std::mutex;
    return *mutex;
}

std::vector<int>& free_places() {
    static auto* const places = new std::vector<int>;
    return *places;
}

/// @return a place with a record; -1 when all are taken. @throws std::bad_alloc
int take_place() {
    static int used = 0;
    const std::lock_guard lock{places_mutex()};
    std::vector<int>& free = free_places();
    if (!free.empty()) {
        const int place = free.back();
        free.pop_back();
        return place;
    }
    if (used == max_records) return -1;
    free.reserve(static_cast<std::size_t>(used) + 1);  // giving it back must not fail
    records[static_cast<std::size_t>(used)].store(new CpuRecord, std::memory_order_release);
    return used++;
}

void give_back(int place) noexcept {
    const std::lock_guard lock{places_mutex()};
    free_places().push_back(place);
}

/// clock_getcpuclockid() of a thread of this process, by its number. See pthread_getcpuclockid(3).
clockid_t cpu_clock_of(int thread) noexcept {
    constexpr unsigned per_thread_schedule = 6;
    return static_cast<clockid_t>(~static_cast<unsigned>(thread) << 3U | per_thread_schedule);
}

std::int64_t read_clock(clockid_t clock) noexcept {
    timespec time{};
    if (clock_gettime(clock, &time) != 0) return -1;
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void on_timer(int /*signal*/, siginfo_t* info, void* /*context*/) noexcept {
    if (info->si_code != SI_TIMER) return;
    const int place = info->si_value.sival_int;
    if (place < 0 || place >= max_records) return;
    const int saved_errno = errno;
    CpuRecord* record = records[static_cast<std::size_t>(place)].load(std::memory_order_acquire);
    if (record != nullptr) record->on_signal();
    errno = saved_errno;
}

}  // namespace

void CpuRecord::begin(int thread, std::int64_t cpu, std::int64_t limit) noexcept {
    last_.store(cpu, std::memory_order_relaxed);
    limit_.store(limit, std::memory_order_relaxed);
    thread_.store(thread);
}

void CpuRecord::end() noexcept {
    thread_.store(0);
    // A handler that saw the thread before is about to be done, unless its thread is not running.
    while (handlers_.load() != 0)
        sched_yield();
}

void CpuRecord::on_signal() noexcept {
    handlers_.fetch_add(1);
    if (thread_.load() == static_cast<int>(syscall(SYS_gettid))) sample();
    handlers_.fetch_sub(1);
}

void CpuRecord::sample() noexcept {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    // Full: the next sample charges for this time as well.
    if (written - read_.load(std::memory_order_acquire) == capacity) return;
    const std::int64_t now = read_clock(CLOCK_THREAD_CPUTIME_ID);
    const std::int64_t used = now - last_.exchange(now, std::memory_order_relaxed);
    const Node* const node = current_node();
    if (node == nullptr || used <= 0 || used > limit_.load(std::memory_order_relaxed)) return;
    add_reference(node);
    samples_[written % capacity] = {node, used};
    written_.store(written + 1, std::memory_order_release);
}

bool CpuRecord::take(CpuSample& sample) noexcept {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    if (read == written_.load(std::memory_order_acquire)) return false;
    sample = samples_[read % capacity];
    read_.store(read + 1, std::memory_order_release);
    return true;
}

void CpuRecord::forward(std::int64_t cpu) noexcept {
    std::int64_t last = last_.load(std::memory_order_relaxed);
    while (last < cpu && !last_.compare_exchange_weak(last, cpu, std::memory_order_relaxed)) {
    }
}

ThreadCpuTimer::ThreadCpuTimer(int thread, int signal, std::chrono::nanoseconds period)
    : clock_(cpu_clock_of(thread)) {
    const std::int64_t cpu = read_clock(clock_);
    if (cpu < 0) return;  // it has just ended
    place_ = take_place();
    if (place_ < 0) return;
    record_ = records[static_cast<std::size_t>(place_)].load(std::memory_order_acquire);
    constexpr std::int64_t slack = 100'000'000;
    record_->begin(thread, cpu, 10 * period.count() + slack);

    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal;
    event.sigev_value.sival_int = place_;
    event.sigev_notify_thread_id = thread;
    if (timer_create(clock_, &event, &timer_) != 0) return;
    armed_ = true;
    itimerspec times{};
    times.it_interval.tv_sec = static_cast<time_t>(period.count() / 1'000'000'000);
    times.it_interval.tv_nsec = static_cast<long>(period.count() % 1'000'000'000);
    times.it_value = times.it_interval;
    timer_settime(timer_, 0, &times, nullptr);
}

ThreadCpuTimer::~ThreadCpuTimer() {
    stop();
    CpuSample sample;
    while (take(sample))
        release_node(sample.node);
    if (place_ >= 0) give_back(place_);
}

void ThreadCpuTimer::stop() noexcept {
    if (armed_) timer_delete(timer_);
    armed_ = false;
    if (record_ != nullptr) record_->end();
}

void ThreadCpuTimer::skip() noexcept {
    // A thread that has ended has no clock: -1 changes nothing.
    if (armed_) record_->forward(read_clock(clock_));
}

bool ThreadCpuTimer::is_alive() const noexcept {
    itimerspec times{};
    if (!armed_ || timer_gettime(timer_, &times) != 0) return false;
    return times.it_value.tv_sec != 0 || times.it_value.tv_nsec != 0;
}

int install_cpu_handler(int signal) noexcept {
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) != 0) return errno;
    const bool ours = (before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction == &on_timer;
    if (ours) return 0;
    if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return EBUSY;
    struct sigaction action {};
    action.sa_sigaction = &on_timer;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    return sigaction(signal, &action, nullptr) == 0 ? 0 : errno;
}

}  // namespace ctx::detail
