#include "demo.hpp"

#include <utility>

namespace rides {

absl::StatusOr<std::unique_ptr<Demo>> Demo::start(const Options& options,
                                                  std::vector<spdlog::sink_ptr> more_sinks) {
    auto telemetry = Telemetry::start({.log_file = options.log_file,
                                       .sample_ratio = options.sample_ratio,
                                       .more_sinks = std::move(more_sinks)});
    if (!telemetry.ok()) return telemetry.status();
    std::unique_ptr<Demo> demo{new Demo{*std::move(telemetry)}};
    if (const absl::Status listening = demo->listen(options.port); !listening.ok()) {
        return listening;
    }
    demo->serve(options);
    return demo;
}

absl::Status Demo::listen(unsigned short port) {
    const auto listen_on = [&](std::unique_ptr<HttpServer>& server, unsigned short wanted) {
        auto listening = HttpServer::listen(io_, wanted);
        if (listening.ok()) server = *std::move(listening);
        return listening.status();
    };
    absl::Status status = listen_on(frontend_server_, port);
    status.Update(listen_on(customer_server_, 0));
    status.Update(listen_on(driver_server_, 0));
    status.Update(listen_on(route_server_, 0));
    return status;
}

void Demo::serve(const Options& options) {
    const Ports ports{customer_server_->port(), driver_server_->port(), route_server_->port()};
    frontend_ = std::make_unique<Frontend>(io_, frontend_service_, *telemetry_, ports, rides_);
    api_ = std::make_unique<Api>(*telemetry_, rides_, options.load_rps);

    customer_server_->start(
        traced(customer_service_, "/customer", [this](const Request& request, Reply reply) {
            customer_.handle(request, std::move(reply));
        }));
    driver_server_->start(
        traced(driver_service_, "/drivers", [this](const Request& request, Reply reply) {
            driver_.handle(request, std::move(reply));
        }));
    route_server_->start(traced(
        route_service_, "/route",
        [this](const Request& request, Reply reply) { route_.handle(request, std::move(reply)); }));
    Handler dispatch =
        traced(frontend_service_, "/dispatch", [this](const Request& request, Reply reply) {
            frontend_->dispatch(request, std::move(reply));
        });
    frontend_server_->start(
        [this, dispatch = std::move(dispatch)](const Request& request, Reply reply) {
            const bool ride = path_of(request) == "/dispatch" && Api::allows(request);
            ride ? dispatch(request, std::move(reply)) : api_->handle(request, std::move(reply));
        });
    for (int i = 0; i < 2; ++i)
        threads_.emplace_back([this] { io_.run(); });
}

Demo::~Demo() {
    // The pools finish what they have; nothing new arrives from threads that have ended.
    io_.stop();
    for (std::thread& thread : threads_)
        thread.join();
    if (api_) api_->stop();
    customer_.stop();
    route_.stop();
}

}  // namespace rides
