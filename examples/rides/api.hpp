// What the demo's port answers besides rides: the page and what it shows.

#pragma once

#include "frontend.hpp"
#include "telemetry.hpp"
#include "thread_pool.hpp"

#include <chrono>
#include <string>

namespace rides {

class Api {
public:
    Api(Telemetry& telemetry, const RideList& rides, double load_rps)
        : telemetry_(&telemetry), rides_(&rides), load_rps_(load_rps) {}

    /// GET, or HEAD, which is GET without the body.
    [[nodiscard]] static bool allows(const Request& request);

    /// Answers GET of /, /trace/<id>, /app.js, /style.css, /metrics, /api/state,
    /// /api/traces/<id>, /api/logs?trace_id=<id>; 404 for anything else, 405 for other methods.
    void handle(const Request& request, Reply reply);
    void stop() { pool_.stop(); }

private:
    [[nodiscard]] Response answer_get(const Request& request);
    [[nodiscard]] Response state() const;
    [[nodiscard]] Response trace(std::string_view id) const;
    [[nodiscard]] Response logs(std::string_view id) const;
    [[nodiscard]] Response metrics(std::string_view accept) const;

    Telemetry* telemetry_;
    const RideList* rides_;
    double load_rps_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    ThreadPool pool_{1};
};

}  // namespace rides
