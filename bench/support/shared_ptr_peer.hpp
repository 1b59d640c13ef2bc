// The context as one would write it in an afternoon, to compare with: a std::shared_ptr in
// thread-local storage, swapped by a guard.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace ctx::bench {

struct PeerNode {
    std::uint64_t id_high = 1;
    std::uint64_t id_low = 2;
    std::string tenant = "acme";
};
using PeerContext = std::shared_ptr<const PeerNode>;

inline constinit thread_local PeerContext peer_current;

class PeerScope {
public:
    explicit PeerScope(PeerContext context) noexcept
        : previous_(std::exchange(peer_current, std::move(context))) {}
    ~PeerScope() { peer_current = std::move(previous_); }
    PeerScope(const PeerScope&) = delete;
    PeerScope& operator=(const PeerScope&) = delete;

private:
    PeerContext previous_;
};

template <typename F>
class PeerBound {
public:
    PeerBound(PeerContext context, F callable)
        : context_(std::move(context)), callable_(std::move(callable)) {}
    void operator()() && {
        const PeerScope scope{std::move(context_)};
        callable_();
    }

private:
    PeerContext context_;
    F callable_;
};

/// Waits beside a benchmark: as long as a process has one thread only, libstdc++ counts a
/// std::shared_ptr without atomics, and no server has one thread only.
class SecondThread {
    static void wait(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock{mutex};
        never.wait(lock, stop, [] { return false; });
    }
    std::jthread thread_{wait};
};

}  // namespace ctx::bench
