// The service `frontend`: one coroutine per ride that asks the other three services.

#pragma once

#include "service.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace rides {

/// A ride that was dispatched, or was not.
struct Ride {
    std::int64_t unix_ms = 0;
    std::string trace_id{};
    std::string customer{};
    std::string driver{};
    double latency_ms = 0;
    bool ok = false;
};

/// The last rides and how many there were.
class RideList {
public:
    static constexpr std::size_t shown = 20;

    void add(Ride ride);
    [[nodiscard]] std::vector<Ride> newest_first() const;
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t errors() const noexcept { return errors_; }

private:
    mutable std::mutex mutex_;
    std::deque<Ride> rides_;
    std::atomic<std::uint64_t> total_{0};
    std::atomic<std::uint64_t> errors_{0};
};

/// Ports of the services that the frontend asks.
struct Ports {
    unsigned short customer = 0;
    unsigned short driver = 0;
    unsigned short route = 0;
};

class Frontend {
public:
    Frontend(net::io_context& io, const Service& service, const Telemetry& telemetry,
             const Ports& ports, RideList& rides);

    /// GET /dispatch?customer=N[&ride=R]: `{"trace_id","customer","driver","eta_seconds",
    /// "latency_ms"}`, or `{"error"}`.
    void dispatch(const Request& request, Reply reply);

private:
    struct Order {
        std::string ride;
        std::string customer_id;
        std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    };

    struct Found {
        std::string customer;
        std::string driver;
        int eta_seconds = 0;
    };

    net::awaitable<void> serve(Order order, Reply reply);
    net::awaitable<Found> find(const Order& order);
    net::awaitable<Found> find_driver(const Order& order, const std::string& customer,
                                      const std::string& place);
    net::awaitable<int> eta(const Order& order, std::string from, std::string to);
    Response served(const Order& order, const Found& found);
    Response failed(const Order& order, http::status status, std::string_view why);
    void list(const Order& order, Ride ride);

    net::io_context* io_;
    const Service* service_;
    ServiceClient customer_;
    ServiceClient driver_;
    ServiceClient route_;
    ctx::Histogram ride_seconds_;
    ctx::Counter done_;
    ctx::Counter failed_;
    prometheus::Gauge* in_flight_;
    RideList* rides_;
    std::atomic<std::uint64_t> own_rides_{0};
};

}  // namespace rides
