#include "load.hpp"

#include "customer.hpp"
#include "random.hpp"
#include <ctx/context/id_generator.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace rides {
namespace {

using Clock = std::chrono::steady_clock;

/// Some callers are part of a trace already, as a browser or a gateway with tracing would be.
bool has_trace_of_its_own(std::uint64_t number) {
    return number % 3 == 0;
}

Request make_request(std::uint64_t number, SentRide& ride) {
    const Customer& customer =
        customers[static_cast<std::size_t>(random_between(0, customers.size() - 1))];
    const std::string session = std::to_string(random_between(1000, 1049));
    ride.ride = 'L' + std::to_string(number);
    Request request{http::verb::get,
                    "/dispatch?customer=" + std::to_string(customer.id) + "&ride=" + ride.ride, 11};
    request.set("baggage",
                "session=" + session + ",request=" + session + '-' + std::to_string(number));
    if (has_trace_of_its_own(number)) {
        ride.trace_id = ctx::new_trace_id();
        ride.parent = ctx::new_span_id();
        request.set("traceparent",
                    "00-" + ride.trace_id.to_string() + '-' + ride.parent.to_string() + "-03");
    }
    return request;
}

}  // namespace

Load::Load(net::io_context& io, unsigned short port, double rides_per_second, bool remember)
    : io_(&io), connections_(io, port), rides_per_second_(rides_per_second), remember_(remember) {}

void Load::start() {
    if (rides_per_second_ <= 0) return;
    ++under_way_;
    net::co_spawn(*io_, tick(), net::detached);
}

bool Load::stop(std::chrono::seconds patience) {
    stopping_ = true;
    std::unique_lock lock{mutex_};
    return idle_.wait_for(lock, patience, [this] { return under_way_ == 0; });
}

net::awaitable<void> Load::tick() {
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(1 / rides_per_second_));
    net::steady_timer timer{*io_, Clock::now()};
    while (!stopping_) {
        if (under_way_ > max_under_way) {
            ++skipped_;
        } else {
            ++under_way_;
            net::co_spawn(*io_, send(++sent_), net::detached);
        }
        timer.expires_at(timer.expiry() + interval);
        co_await timer.async_wait(net::use_awaitable);
    }
    const std::lock_guard lock{mutex_};
    --under_way_;
    idle_.notify_all();
}

net::awaitable<void> Load::send(std::uint64_t number) {
    SentRide ride;
    const Clock::time_point start = Clock::now();
    bool ok = false;
    try {
        const Response response = co_await connections_.exchange(make_request(number, ride));
        const auto body = nlohmann::json::parse(response.body());
        const auto id = ctx::TraceId::parse(body.value("trace_id", ""));
        // A caller's trace must be continued; otherwise the answer names a new one.
        ok = response.result() == http::status::ok && id &&
             (!ride.trace_id.is_valid() || ride.trace_id == *id);
        if (ok) ride.trace_id = *id;
    } catch (const std::exception&) {
        ok = false;
    }
    note(std::move(ride), ok,
         std::chrono::duration<double, std::milli>(Clock::now() - start).count());
}

void Load::note(SentRide ride, bool ok, double milliseconds) {
    const std::lock_guard lock{mutex_};
    if (!ok) ++errors_;
    if (latencies_.size() < remembered_latencies) latencies_.push_back(0);
    latencies_[done_ % remembered_latencies] = milliseconds;
    ++done_;
    if (remember_) rides_.push_back(std::move(ride));
    --under_way_;
    idle_.notify_all();
}

LoadFigures Load::figures() const {
    const std::lock_guard lock{mutex_};
    LoadFigures figures{
        .sent = sent_, .done = done_, .errors = errors_, .skipped = skipped_, .p50_ms = 0};
    std::vector<double> sorted = latencies_;
    if (!sorted.empty()) {
        const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
        std::nth_element(sorted.begin(), middle, sorted.end());
        figures.p50_ms = *middle;
    }
    return figures;
}

std::vector<SentRide> Load::sent_rides() const {
    const std::lock_guard lock{mutex_};
    return rides_;
}

}  // namespace rides
