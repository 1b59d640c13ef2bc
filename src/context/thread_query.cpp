#include "context/thread_query.hpp"

#include "context/task_list.hpp"
#include <ctx/context/current.hpp>

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>

namespace ctx::detail {
namespace {

// Where the asked thread writes its answer. `state` is the number of the question and how far it
// is: an answer to a question that is no longer asked finds another number and is not written.
enum Phase : std::uint32_t { idle, asked, writing, answered };
constexpr std::uint32_t phase_bits = 2;

constinit std::atomic<std::uint32_t> state{idle};
constinit std::atomic<bool> mailbox_is_taken{false};
ThreadContext::State answer_state;
TraceId answer_trace_id;
SpanId answer_span_id;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
              sizeof(state) == sizeof(std::uint32_t));

// The actions of signals that some thread may still have to answer, for as long as this handler has
// their place. Guarded by the mailbox.
constinit std::array<struct sigaction, NSIG> kept_actions{};

std::uint32_t in_phase(std::uint32_t question, Phase phase) noexcept {
    return question << phase_bits | phase;
}

void wait_while(std::uint32_t value, const timespec* until) noexcept {
    syscall(SYS_futex, &state, FUTEX_WAIT_BITSET_PRIVATE, value, until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

void write_answer() noexcept {
    const ContextView now = current();
    answer_state = now ? ThreadContext::State::has_context : ThreadContext::State::no_context;
    answer_trace_id = now.trace_id();
    answer_span_id = now.span_id();
}

// In the asked thread, wherever it is.
void answer(std::uint32_t question) noexcept {
    std::uint32_t expected = in_phase(question, asked);
    if (!state.compare_exchange_strong(expected, in_phase(question, writing),
                                       std::memory_order_acquire, std::memory_order_relaxed)) {
        return;
    }
    write_answer();
    state.store(in_phase(question, answered), std::memory_order_release);
    syscall(SYS_futex, &state, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void on_signal(int /*signal*/, siginfo_t* info, void* /*context*/) noexcept {
    if (info->si_code != SI_QUEUE || info->si_pid != getpid()) return;
    const int saved_errno = errno;
    answer(static_cast<std::uint32_t>(info->si_value.sival_int));
    errno = saved_errno;
}

bool send(int thread, int signal, std::uint32_t question) noexcept {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = static_cast<int>(question);
    return syscall(SYS_rt_tgsigqueueinfo, getpid(), thread, signal, &info) == 0;
}

// Numbers wrap around after 2^30 questions, long after a signal was delivered.
std::uint32_t next_question() noexcept {
    return ((state.load(std::memory_order_relaxed) >> phase_bits) + 1) & (UINT32_MAX >> phase_bits);
}

/// @return whether there is an answer: one that is being written is waited for.
bool wait_for_answer(std::uint32_t question, WaitLimit limit) noexcept {
    const timespec* until = &limit.time();
    for (;;) {
        std::uint32_t now = state.load(std::memory_order_acquire);
        if (now == in_phase(question, answered)) return true;
        errno = 0;
        wait_while(now, until);
        if (errno != ETIMEDOUT) continue;
        now = in_phase(question, asked);
        if (state.compare_exchange_strong(now, in_phase(question, idle),
                                          std::memory_order_relaxed)) {
            return false;
        }
        until = nullptr;
    }
}

ThreadContext::State ask_by_signal(int thread, int signal, WaitLimit limit, bool& exists) noexcept {
    const std::uint32_t question = next_question();
    state.store(in_phase(question, asked), std::memory_order_release);
    exists = send(thread, signal, question);
    if (!exists || !wait_for_answer(question, limit)) return ThreadContext::State::did_not_answer;
    return answer_state;
}

}  // namespace

WaitLimit WaitLimit::after(std::chrono::nanoseconds wait) noexcept {
    constexpr long second = 1'000'000'000;
    WaitLimit limit;
    clock_gettime(CLOCK_MONOTONIC, &limit.time_);
    limit.time_.tv_sec += static_cast<time_t>(wait.count() / second);
    limit.time_.tv_nsec += static_cast<long>(wait.count() % second);
    if (limit.time_.tv_nsec >= second) {
        ++limit.time_.tv_sec;
        limit.time_.tv_nsec -= second;
    }
    return limit;
}

WaitLimit WaitLimit::or_earlier(WaitLimit other) const noexcept {
    const bool other_is_earlier = other.time_.tv_sec != time_.tv_sec
                                      ? other.time_.tv_sec < time_.tv_sec
                                      : other.time_.tv_nsec < time_.tv_nsec;
    return other_is_earlier ? other : *this;
}

ThreadQuery::ThreadQuery(int signal) noexcept
    : signal_(signal == 0 ? SIGURG : signal),
      owns_mailbox_(!mailbox_is_taken.exchange(true, std::memory_order_acquire)) {
    if (!owns_mailbox_) return;
    struct sigaction ours {};
    ours.sa_sigaction = &on_signal;
    ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigfillset(&ours.sa_mask);
    ready_ = sigaction(signal_, &ours, &before_) == 0;
    if (ready_ && before_.sa_sigaction == &on_signal)
        before_ = kept_actions[static_cast<std::size_t>(signal_)];
}

ThreadQuery::~ThreadQuery() {
    // A late answer must not meet the default action, which ends the process for most signals.
    if (is_answer_due_) {
        kept_actions[static_cast<std::size_t>(signal_)] = before_;
    } else if (ready_) {
        sigaction(signal_, &before_, nullptr);
    }
    if (owns_mailbox_) mailbox_is_taken.store(false, std::memory_order_release);
}

bool ThreadQuery::ask(int thread, WaitLimit limit, ThreadContext& out) noexcept {
    out.id = thread;
    read_thread_name(thread, out.name);
    if (thread == static_cast<int>(syscall(SYS_gettid))) {
        write_answer();
        out.state = answer_state;
    } else if (blocks_signal(thread, signal_)) {
        out.state = ThreadContext::State::blocks_the_signal;
        return true;
    } else {
        bool exists = false;
        out.state = ask_by_signal(thread, signal_, limit, exists);
        if (!exists) return false;
        is_answer_due_ |= out.state == ThreadContext::State::did_not_answer;
    }
    if (out.state == ThreadContext::State::has_context) {
        out.trace_id = answer_trace_id;
        out.span_id = answer_span_id;
    }
    return true;
}

}  // namespace ctx::detail
