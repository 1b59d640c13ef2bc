#include "route.hpp"

#include "random.hpp"
#include <ctx/executors.hpp>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <limits>

namespace rides {
namespace {

/// CPU time of the calling thread since it was made.
class CpuTimer {
public:
    [[nodiscard]] double seconds() const { return now() - start_; }

private:
    static double now() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }

    double start_ = now();
};

}  // namespace

RouteService::RouteService(const Service& service, const Telemetry& telemetry)
    : service_(&service),
      cpu_seconds_(telemetry.metrics.route_cpu_seconds->with()),
      calls_(telemetry.metrics.route_calls->with()),
      busy_seconds_(&telemetry.old_metrics.route_busy_seconds) {}

void RouteService::handle(const Request& request, Reply reply) {
    const auto from = Place::parse(query_value(request, "from").value_or(""));
    const auto to = Place::parse(query_value(request, "to").value_or(""));
    if (!from || !to) {
        service_->log->warn("ride={} asked for a route that leaves the city", ride_of(request));
        reply(refusal(http::status::bad_request, "from and to must be x,y in the city"));
        return;
    }
    ctx::wrap(pool_).post(
        [this, from = *from, to = *to, ride = ride_of(request), reply = std::move(reply)] {
            const nlohmann::json body{{"eta_seconds", compute(from, to, ride)}};
            reply(answer(http::status::ok, json_type, body.dump()));
        });
}

int RouteService::compute(Place from, Place to, const std::string& ride) {
    auto span = service_->tracer.start_scoped(
        "compute route", {.attributes = {{"from.x", from.x}, {"from.y", from.y}}});
    const CpuTimer timer;
    const double budget = random_between(2000, 6000) * 1e-6;
    int best = std::numeric_limits<int>::max();
    int hours = 0;
    // Leaving later may be faster: as many departures are tried as the budget allows.
    do {
        best = std::min(best, hours * 60 + city_.travel_seconds(from, to, hours));
        ++hours;
    } while (timer.seconds() < budget);
    span.set_attribute("departures", hours);
    span.set_attribute("eta_seconds", best);
    service_->log->info("ride={} a driver at {},{} needs {} s", ride, from.x, from.y, best);

    // Charged to the customer in the baggage; this function has never heard of one.
    const double spent = timer.seconds();
    cpu_seconds_.add(spent);
    calls_.add();
    busy_seconds_->Increment(spent);
    return best;
}

}  // namespace rides
