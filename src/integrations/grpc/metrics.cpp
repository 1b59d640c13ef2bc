#include "integrations/grpc/call_timer.hpp"
#include <ctx/context/scope.hpp>
#include <ctx/metrics/detail/bounded_names.hpp>
#include <ctx/metrics/detail/handle_cache.hpp>

#include <array>
#include <cstdint>
#include <iterator>
#include <new>
#include <utility>

namespace ctx {
namespace {

using std::chrono::steady_clock;

// As the numbers of the status codes go.
constexpr std::array<std::string_view, 17> status_names{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};
static_assert(grpc::StatusCode::UNAUTHENTICATED + 1 == status_names.size());

/// What one series stands for. Equal methods have equal addresses.
struct CallKey {
    const std::string* method;
    std::uint8_t status;
    bool failed;

    bool operator==(const CallKey&) const = default;
    [[nodiscard]] std::size_t hash() const noexcept {
        const std::size_t small = std::size_t{status} << 1U | std::size_t{failed};
        return detail::mix(reinterpret_cast<std::size_t>(method), small) >> 32U;
    }
    [[nodiscard]] std::string_view status_name() const noexcept {
        return status < status_names.size() ? status_names[status] : detail::other_name;
    }
};

std::uint8_t index_of(grpc::StatusCode code) noexcept {
    const auto number = static_cast<unsigned>(code);
    return static_cast<std::uint8_t>(number < status_names.size() ? number : status_names.size());
}

/// The calls of one side.
struct Calls {
    explicit Calls(std::size_t at_most) : handles(at_most) {}

    absl::Status create_family(HistogramOptions options, const char* name, const char* help) {
        options.name = name;
        options.help = help;
        auto family = HistogramFamily::create(std::move(options));
        if (!family.ok()) return family.status();
        seconds = *std::move(family);
        return absl::OkStatus();
    }

    void observe(const CallKey& key, double took) {
        Histogram& series = handles.find_or_make(key, [&] {
            const std::string_view status = key.status_name();
            const std::string_view error = key.failed ? status : std::string_view{};
            return seconds->with({"grpc", *key.method, status, error});
        });
        series.observe(took);
    }

    std::shared_ptr<HistogramFamily> seconds;
    detail::HandleCache<CallKey, Histogram> handles;
};

}  // namespace

struct GrpcMetrics::State {
    explicit State(const GrpcMetricsOptions& options)
        : methods(options.max_methods), server(options.max_series), client(options.max_series) {}

    detail::BoundedNames methods;
    Calls server;
    Calls client;
};

GrpcMetrics::GrpcMetrics(std::unique_ptr<State> state) : state_(std::move(state)) {}

GrpcMetrics::~GrpcMetrics() = default;

absl::StatusOr<std::shared_ptr<GrpcMetrics>> GrpcMetrics::create(GrpcMetricsOptions options) {
    auto state = std::make_unique<State>(options);
    const HistogramOptions durations{
        .unit = "seconds",
        .bounds = std::move(options.bounds),
        .labels = {"rpc_system_name", "rpc_method", "rpc_response_status_code", "error_type"},
        .dimensions = std::move(options.dimensions),
        .max_series = options.max_series,
        .exemplars = std::move(options.exemplars)};
    absl::Status status = state->server.create_family(durations, "rpc_server_call_duration_seconds",
                                                      "Duration of incoming remote calls.");
    if (!status.ok()) return status;
    status = state->client.create_family(durations, "rpc_client_call_duration_seconds",
                                         "Duration of outgoing remote calls.");
    if (!status.ok()) return status;
    return std::shared_ptr<GrpcMetrics>(new GrpcMetrics{std::move(state)});
}

void GrpcMetrics::write(PageWriter& page) const {
    state_->server.seconds->write(page);
    state_->client.seconds->write(page);
}

std::vector<FamilySnapshot> GrpcMetrics::read() const {
    std::vector<FamilySnapshot> all = state_->server.seconds->read();
    std::vector<FamilySnapshot> client = state_->client.seconds->read();
    std::move(client.begin(), client.end(), std::back_inserter(all));
    return all;
}

namespace detail {

CallTimer::CallTimer(const std::shared_ptr<GrpcMetrics>& metrics, SpanKind kind,
                     std::string_view method) noexcept
    : metrics_(metrics), server_(kind == SpanKind::server) {
    if (!metrics_) return;
    method_ = metrics_->state_->methods.find_or_add(method);
    start_ = steady_clock::now();
}

void CallTimer::end(const Context& context, grpc::StatusCode code, bool failed) noexcept {
    const auto metrics = std::exchange(metrics_, nullptr);
    if (!metrics) return;
    const std::chrono::duration<double> took = steady_clock::now() - start_;
    const Scope scope{context};
    GrpcMetrics::State& state = *metrics->state_;
    try {
        (server_ ? state.server : state.client)
            .observe({method_, index_of(code), failed}, took.count());
    } catch (const std::bad_alloc&) {
        lose_update();
    }
}

}  // namespace detail
}  // namespace ctx
