// Sends rides to the demo from outside, as callers with their own baggage and traces would.

#pragma once

#include "http_client.hpp"
#include <ctx/context/ids.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace rides {

/// A ride as its caller knows it, so without asking ctx.
struct SentRide {
    std::string ride;       ///< the value of the parameter `ride`
    ctx::TraceId trace_id;  ///< sent in traceparent, or else what the answer says
    ctx::SpanId parent;     ///< sent in traceparent, or none
};

struct LoadFigures {
    std::uint64_t sent = 0;
    std::uint64_t done = 0;
    std::uint64_t errors = 0;
    std::uint64_t skipped = 0;  ///< not sent, because too many were under way
    double p50_ms = 0;          ///< of the last 500
};

class Load {
public:
    /// @param remember  keeps what was sent, for the checks at the end.
    Load(net::io_context& io, unsigned short port, double rides_per_second, bool remember);

    void start();
    /// Sends nothing more and waits for what is under way. @return false when that took longer.
    bool stop(std::chrono::seconds patience);

    [[nodiscard]] LoadFigures figures() const;
    [[nodiscard]] std::vector<SentRide> sent_rides() const;

private:
    static constexpr std::int64_t max_under_way = 256;
    static constexpr std::size_t remembered_latencies = 500;

    net::awaitable<void> tick();
    net::awaitable<void> send(std::uint64_t number);
    void note(SentRide ride, bool ok, double milliseconds);

    net::io_context* io_;
    Connections connections_;
    double rides_per_second_;
    bool remember_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> under_way_{0};
    std::atomic<std::uint64_t> sent_{0};
    std::atomic<std::uint64_t> skipped_{0};
    mutable std::mutex mutex_;
    std::condition_variable idle_;
    std::uint64_t done_ = 0;
    std::uint64_t errors_ = 0;
    std::vector<double> latencies_;  // a ring of the last ones
    std::vector<SentRide> rides_;
};

}  // namespace rides
