#include "metrics/cpu_sampler.hpp"
#include <ctx/context/detail/own_process.hpp>
#include <ctx/context/detail/signals_blocked.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/cpu_attribution.hpp>

#include <absl/status/status.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace ctx {
namespace {

using detail::CpuSample;
using detail::ThreadCpuTimer;

std::vector<int> thread_numbers() {
    std::vector<int> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks{opendir("/proc/self/task"), closedir};
    if (tasks == nullptr) return numbers;
    while (const dirent* entry = readdir(tasks.get())) {
        const int number = std::atoi(entry->d_name);
        if (number > 0) numbers.push_back(number);  // neither "." nor ".."
    }
    return numbers;
}

double process_cpu_seconds() noexcept {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

struct CpuAttribution::State {
    State(CpuAttributionOptions given, std::shared_ptr<CounterFamily> counters)
        : options(std::move(given)),
          family(std::move(counters)),
          request(family->with({"request"})),
          unattributed(family->with({"unattributed"})) {}
    ~State();

    void run();
    void collect();
    void find_threads();
    void charge(ThreadCpuTimer& timer);
    /// Puts what nobody was charged for where it shows.
    void settle();

    const CpuAttributionOptions options;
    const detail::OwnProcess process;
    std::shared_ptr<CounterFamily> family;
    Counter request;
    Counter unattributed;

    std::mutex mutex;  // of all below
    std::condition_variable wake;
    bool stopping = false;
    int own_thread = 0;
    std::map<int, std::unique_ptr<ThreadCpuTimer>> timers;
    double charged = 0;
    double not_charged = 0;
    std::atomic<std::uint64_t> samples{0};

    std::thread thread;  // last: it uses the others
};

CpuAttribution::State::~State() {
    {
        const std::lock_guard lock{mutex};
        stopping = true;
    }
    wake.notify_all();
    if (thread.joinable()) thread.join();
    for (auto& [number, timer] : timers) {
        timer->stop();
        charge(*timer);
    }
}

void CpuAttribution::State::run() {
    std::unique_lock lock{mutex};
    own_thread = static_cast<int>(syscall(SYS_gettid));
    while (!stopping) {
        try {
            find_threads();
        } catch (const std::bad_alloc&) {
            // Those that were not found are found the next time.
        }
        collect();
        wake.wait_for(lock, options.collect_every, [this] { return stopping; });
    }
}

void CpuAttribution::State::find_threads() {
    std::map<int, std::unique_ptr<ThreadCpuTimer>> seen;
    for (const int number : thread_numbers()) {
        if (number == own_thread) continue;
        auto known = timers.extract(number);
        if (!known.empty() && known.mapped()->is_alive()) {
            seen.insert(std::move(known));
            continue;
        }
        if (!known.empty()) charge(*known.mapped());  // another thread has its number now
        seen[number] = std::make_unique<ThreadCpuTimer>(number, options.signal, options.period);
    }
    for (auto& [number, ended] : timers)
        charge(*ended);
    timers = std::move(seen);
}

void CpuAttribution::State::collect() {
    for (auto& [number, timer] : timers)
        charge(*timer);
}

void CpuAttribution::State::charge(ThreadCpuTimer& timer) {
    CpuSample sample;
    while (timer.take(sample)) {
        const double seconds = static_cast<double>(sample.nanoseconds) * 1e-9;
        const Context borrowed{ContextView{sample.node}};
        detail::release_node(sample.node);  // the sample's reference; `borrowed` has another
        const Scope scope{borrowed};
        request.add(seconds);
        charged += seconds;
        samples.fetch_add(1, std::memory_order_relaxed);
    }
}

void CpuAttribution::State::settle() {
    if (process.is_another()) return;
    const std::lock_guard lock{mutex};
    // In this order what is counted as unattributed here cannot be charged to anybody later.
    const double used = process_cpu_seconds();
    for (auto& [number, timer] : timers)
        timer->skip();
    collect();
    const double rest = used - charged - not_charged;
    if (rest <= 0) return;
    const Scope nobody{Context{}};
    unattributed.add(rest);
    not_charged += rest;
}

CpuAttribution::CpuAttribution(std::unique_ptr<State> state) : state_(std::move(state)) {}

CpuAttribution::~CpuAttribution() {
    // In a child there are no timers and no thread, but what the thread waited with still waits
    // for it: it can only be left alone.
    if (state_->process.is_another()) static_cast<void>(state_.release());
}

absl::StatusOr<std::shared_ptr<CpuAttribution>> CpuAttribution::start(
    CpuAttributionOptions options) {
    using std::chrono::milliseconds;
    if (options.signal == 0) options.signal = SIGRTMIN + 5;
    if (options.period < milliseconds{1} || options.collect_every < milliseconds{1}) {
        return absl::InvalidArgumentError("CpuAttribution: a period of less than 1 ms");
    }
    if (options.collect_every > 64 * options.period) {
        return absl::InvalidArgumentError(
            "CpuAttribution: collect_every is more than 64 periods, samples would be lost");
    }
    auto family = CounterFamily::create({.name = options.name,
                                         .help = "CPU time by whom it was used for.",
                                         .unit = "seconds",
                                         .labels = {"work"},
                                         .dimensions = options.dimensions,
                                         .max_series = options.max_series});
    if (!family.ok()) return family.status();
    if (const int error = detail::install_cpu_handler(options.signal); error != 0) {
        return absl::ErrnoToStatus(error,
                                   "CpuAttribution: signal " + std::to_string(options.signal));
    }
    auto state = std::make_unique<State>(std::move(options), *std::move(family));
    const detail::SignalsBlocked blocked;
    try {
        state->thread = std::thread{[raw = state.get()] { raw->run(); }};
    } catch (const std::system_error& error) {
        return absl::ErrnoToStatus(error.code().value(), "CpuAttribution: its thread");
    }
    pthread_setname_np(state->thread.native_handle(), "ctx-cpu");
    return std::shared_ptr<CpuAttribution>(new CpuAttribution{std::move(state)});
}

void CpuAttribution::write(PageWriter& page) const {
    state_->settle();
    state_->family->write(page);
}

std::vector<FamilySnapshot> CpuAttribution::read() const {
    state_->settle();
    return state_->family->read();
}

std::uint64_t CpuAttribution::samples() const noexcept {
    return state_->samples.load(std::memory_order_relaxed);
}

}  // namespace ctx
