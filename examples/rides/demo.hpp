// The four services, each on its own port of 127.0.0.1, and what observes them.

#pragma once

#include "api.hpp"
#include "customer.hpp"
#include "driver.hpp"
#include "frontend.hpp"
#include "http_server.hpp"
#include "options.hpp"
#include "route.hpp"
#include "telemetry.hpp"

#include <absl/status/statusor.h>

#include <memory>
#include <thread>
#include <vector>

namespace rides {

class Demo {
public:
    /// Starts everything. @return what is wrong: a port that is taken, a log that cannot be made.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<Demo>> start(
        const Options& options, std::vector<spdlog::sink_ptr> more_sinks);
    ~Demo();

    [[nodiscard]] unsigned short port() const { return frontend_server_->port(); }
    [[nodiscard]] net::io_context& io() { return io_; }
    [[nodiscard]] Telemetry& telemetry() { return *telemetry_; }

private:
    explicit Demo(std::unique_ptr<Telemetry> telemetry) : telemetry_(std::move(telemetry)) {}
    absl::Status listen(unsigned short port);
    void serve(const Options& options);

    // What is declared later uses what is declared earlier, and goes first.
    std::unique_ptr<Telemetry> telemetry_;
    Service frontend_service_ = telemetry_->service("frontend");
    Service customer_service_ = telemetry_->service("customer");
    Service driver_service_ = telemetry_->service("driver");
    Service route_service_ = telemetry_->service("route");
    net::io_context io_{2};
    RideList rides_;
    CustomerService customer_{customer_service_};
    DriverService driver_{io_, driver_service_, telemetry_->old_metrics.driver_retries};
    RouteService route_{route_service_, *telemetry_};
    std::unique_ptr<Frontend> frontend_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<HttpServer> frontend_server_;
    std::unique_ptr<HttpServer> customer_server_;
    std::unique_ptr<HttpServer> driver_server_;
    std::unique_ptr<HttpServer> route_server_;
    std::vector<std::thread> threads_;
};

}  // namespace rides
