#include "telemetry.hpp"

#include "customer.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <absl/status/status.h>
#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <utility>
#include <vector>

namespace rides {
namespace {

constexpr std::size_t max_log_file_bytes = std::size_t{100} << 20U;
constexpr std::size_t old_log_files = 2;

// Who may see what of the baggage: said once, for logs and metrics alike. Whatever else callers
// send is forwarded, but never logged and never a label.
absl::Status declare_fields() {
    auto fields = ctx::FieldSet::create({ctx::Field{"customer"}.log().label("customer"),
                                         ctx::Field{"session"}.log(), ctx::Field{"request"}.log()});
    if (!fields.ok()) return fields.status();
    ctx::publish_fields(*std::move(fields));
    return absl::OkStatus();
}

// Loggers as the program always made them; install() teaches them contexts.
absl::Status start_logging(std::vector<spdlog::sink_ptr> sinks, const std::string& file) {
    try {
        if (file.empty()) {
            sinks.insert(sinks.begin(), std::make_shared<spdlog::sinks::stdout_sink_mt>());
        } else {
            sinks.insert(sinks.begin(), std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                                            file, max_log_file_bytes, old_log_files));
        }
        spdlog::init_thread_pool(8192, 1);
        for (const char* name : {"frontend", "customer", "driver", "route"}) {
            spdlog::register_logger(std::make_shared<spdlog::async_logger>(
                name, sinks.begin(), sinks.end(), spdlog::thread_pool()));
        }
    } catch (const spdlog::spdlog_ex& error) {
        return absl::InvalidArgumentError(error.what());
    }
    const ctx::log::InstallReport report = ctx::log::install();
    if (!report.complete()) std::fprintf(stderr, "rides: %s\n", report.to_string().c_str());
    spdlog::flush_every(std::chrono::seconds{1});
    return absl::OkStatus();
}

absl::StatusOr<RideMetrics> make_metrics() {
    const std::vector<double> bounds{0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075,
                                     0.1,   0.15, 0.25, 0.5,  1,    2.5};
    // The customers have places of their own: whoever sends made-up names fills the others.
    std::vector<std::string> names;
    for (const Customer& known : customers)
        names.emplace_back(known.name);
    // [snippet dimension]
    const ctx::Dimension customer =
        ctx::Dimension{"customer"}.default_value("none").always(std::move(names)).at_most(20);
    // [end]
    auto ride_seconds = ctx::HistogramFamily::create({.name = "ride_duration_seconds",
                                                      .help = "From request to driver.",
                                                      .unit = "seconds",
                                                      .bounds = bounds});
    // [snippet family]
    auto rides = ctx::CounterFamily::create({.name = "rides_total",
                                             .help = "Rides by outcome and customer.",
                                             .labels = {"outcome"},
                                             .dimensions = {customer}});
    // [end]
    auto cpu = ctx::CounterFamily::create({.name = "route_cpu_seconds_total",
                                           .help = "CPU time spent on routes, by customer.",
                                           .unit = "seconds",
                                           .dimensions = {customer}});
    auto calls = ctx::CounterFamily::create({.name = "route_calls_total",
                                             .help = "Routes computed, by customer.",
                                             .dimensions = {customer}});
    // [snippet standard]
    auto http = ctx::HttpMetrics::create({.bounds = bounds});
    // [end]
    // [snippet costs]
    auto costs = ctx::CostMeter::create({.dimensions = {customer}});
    auto process_cpu = ctx::CpuAttribution::start({.dimensions = {customer}});
    // [end]
    for (const absl::Status& status :
         {ride_seconds.status(), rides.status(), cpu.status(), calls.status(), http.status(),
          costs.status(), process_cpu.status()}) {
        if (!status.ok()) return status;
    }
    return RideMetrics{*ride_seconds, *rides, *cpu, *calls, *http, *costs, *process_cpu};
}

}  // namespace

OldMetrics::OldMetrics(prometheus::Registry& registry)
    : rides_in_flight(prometheus::BuildGauge()
                          .Name("rides_in_flight")
                          .Help("Rides being dispatched.")
                          .Register(registry)
                          .Add({})),
      driver_retries(prometheus::BuildCounter()
                         .Name("driver_retries_total")
                         .Help("Lookups that failed once.")
                         .Register(registry)
                         .Add({})),
      route_busy_seconds(prometheus::BuildCounter()
                             .Name("route_busy_seconds_total")
                             .Help("CPU time spent on routes, whoever they were for.")
                             .Register(registry)
                             .Add({})) {}

absl::StatusOr<std::unique_ptr<Telemetry>> Telemetry::start(const TelemetryOptions& options) {
    if (const absl::Status declared = declare_fields(); !declared.ok()) return declared;
    std::unique_ptr<Telemetry> telemetry{new Telemetry};
    telemetry->sample_ratio_ = options.sample_ratio;

    // A trace is kept by both or by none: an exemplar has spans and log lines.
    auto recorder = ctx::Recorder::start({.sinks = {telemetry->traces, telemetry->logs}});
    if (!recorder.ok()) return recorder.status();
    telemetry->recorder = *std::move(recorder);

    std::vector<spdlog::sink_ptr> sinks = options.more_sinks;
    sinks.push_back(telemetry->logs);
    if (const absl::Status logging = start_logging(std::move(sinks), options.log_file);
        !logging.ok()) {
        return logging;
    }

    auto metrics = make_metrics();
    if (!metrics.ok()) return metrics.status();
    telemetry->metrics = *std::move(metrics);
    auto old = std::make_shared<ctx::PrometheusSource>();
    old->add(telemetry->registry);
    telemetry->page.add(telemetry->metrics.ride_seconds);
    telemetry->page.add(telemetry->metrics.http);
    telemetry->page.add(telemetry->metrics.rides);
    telemetry->page.add(telemetry->metrics.route_cpu_seconds);
    telemetry->page.add(telemetry->metrics.route_calls);
    telemetry->page.add(telemetry->metrics.costs);
    telemetry->page.add(telemetry->metrics.cpu);
    telemetry->page.add(std::make_shared<ctx::ProcessMetrics>());
    telemetry->page.add(std::move(old));
    return telemetry;
}

ctx::Resource Telemetry::resource_of_process() {
    ctx::Resource resource = ctx::Resource::from_environment();
    if (resource.service_name().starts_with("unknown_service")) {
        resource = resource.with("service.name", "rides");
    }
    return resource;
}

Telemetry::~Telemetry() {
    ctx::shutdown(std::chrono::seconds{2});
    spdlog::shutdown();
}

Service Telemetry::service(std::string_view name) const {
    ctx::Tracer tracer{{.scope_name = "rides",
                        .resource = ctx::Resource::from_environment().with("service.name", name),
                        .sampler = ctx::Sampler::parent_based(sample_ratio_),
                        .recorder = recorder}};
    // [snippet tracing]
    ctx::HttpTracing http{{.tracer = tracer, .metrics = metrics.http}};
    // [end]
    return {std::move(tracer), spdlog::get(std::string{name}), std::move(http), metrics.costs};
}

}  // namespace rides
