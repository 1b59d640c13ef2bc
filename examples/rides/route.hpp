// The service `route`: three threads that burn CPU time, and a bill for it by customer.

#pragma once

#include "city.hpp"
#include "service.hpp"
#include "thread_pool.hpp"

namespace rides {

class RouteService {
public:
    RouteService(const Service& service, const Telemetry& telemetry);

    /// GET /route?from=X,Y&to=X,Y&ride=R: `{"eta_seconds"}`. No parameter names a customer.
    void handle(const Request& request, Reply reply);
    void stop() { pool_.stop(); }

private:
    [[nodiscard]] int compute(Place from, Place to, const std::string& ride);

    const Service* service_;
    ctx::Counter cpu_seconds_;
    ctx::Counter calls_;
    prometheus::Counter* busy_seconds_;
    City city_;
    ThreadPool pool_{3};
};

}  // namespace rides
