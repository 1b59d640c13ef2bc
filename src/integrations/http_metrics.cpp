#include "integrations/http_method.hpp"
#include <ctx/context/scope.hpp>
#include <ctx/integrations/detail/http_timer.hpp>
#include <ctx/integrations/http_metrics.hpp>
#include <ctx/metrics/detail/bounded_names.hpp>
#include <ctx/metrics/detail/handle_cache.hpp>
#include <ctx/metrics/gauge.hpp>

#include <array>
#include <iterator>
#include <new>
#include <string>
#include <utility>

namespace ctx {
namespace {

using detail::other_name;
using std::chrono::steady_clock;

constexpr std::array<std::string_view, 4> schemes{"", "http", "https", other_name};

std::uint8_t index_of_scheme(std::string_view scheme) noexcept {
    for (std::uint8_t i = 0; i + 1U < schemes.size(); ++i) {
        if (schemes[i] == scheme) return i;
    }
    return schemes.size() - 1;
}

std::string_view method_name(std::uint8_t index) noexcept {
    return index < detail::known_methods.size() ? detail::known_methods[index] : other_name;
}

/// What one series of a duration stands for. Texts are kept names: their addresses are equal when
/// they are.
struct DurationKey {
    const std::string* route;
    const std::string* address;
    const std::string* error;
    std::uint16_t port;
    std::uint16_t status;
    std::uint8_t method;
    std::uint8_t scheme;

    bool operator==(const DurationKey&) const = default;
    [[nodiscard]] std::size_t hash() const noexcept {
        std::size_t hash =
            detail::mix(reinterpret_cast<std::size_t>(route), reinterpret_cast<std::size_t>(error));
        hash = detail::mix(hash, reinterpret_cast<std::size_t>(address));
        const std::size_t small = std::size_t{status} << 32U | std::size_t{port} << 16U |
                                  std::size_t{method} << 8U | scheme;
        hash = detail::mix(hash, small);
        return hash >> 32U;
    }
};

struct ActiveKey {
    std::uint8_t method;
    std::uint8_t scheme;

    bool operator==(const ActiveKey&) const = default;
    [[nodiscard]] std::size_t hash() const noexcept { return method * schemes.size() + scheme; }
};

/// `200`; of what is no status, `_OTHER`.
std::string status_name(std::uint16_t status) {
    if (status == 0) return {};
    return status == 1 ? std::string{other_name} : std::to_string(status);
}

std::uint16_t plausible(int status) noexcept {
    return status >= 100 && status <= 599 ? static_cast<std::uint16_t>(status) : 1;
}

constexpr std::size_t all_statuses = 256;  // 400 to 599, and _OTHER

}  // namespace

struct HttpMetrics::State {
    explicit State(const HttpMetricsOptions& options)
        : routes(options.max_routes),
          templates(options.max_routes),
          errors(options.max_errors),
          statuses(all_statuses),
          servers(options.max_servers),
          server_handles(options.max_series),
          client_handles(options.max_series),
          active_handles(schemes.size() * (detail::known_methods.size() + 1)) {}

    absl::Status create_families(HttpMetricsOptions options);
    [[nodiscard]] Histogram make_server(const DurationKey& key) const;
    [[nodiscard]] Histogram make_client(const DurationKey& key) const;
    void observe(bool server, const DurationKey& key, double seconds);
    void add_active(ActiveKey key, double amount);

    [[nodiscard]] detail::BoundedNames& routes_of(bool server) noexcept {
        return server ? routes : templates;
    }

    detail::BoundedNames routes;
    detail::BoundedNames templates;  // of URLs, for clients
    detail::BoundedNames errors;
    detail::BoundedNames statuses;  // as errors
    detail::BoundedNames servers;
    std::shared_ptr<HistogramFamily> server_seconds;
    std::shared_ptr<HistogramFamily> client_seconds;
    std::shared_ptr<GaugeFamily> active;
    detail::HandleCache<DurationKey, Histogram> server_handles;
    detail::HandleCache<DurationKey, Histogram> client_handles;
    detail::HandleCache<ActiveKey, Gauge> active_handles;
};

absl::Status HttpMetrics::State::create_families(HttpMetricsOptions options) {
    HistogramOptions durations{.unit = "seconds",
                               .bounds = std::move(options.bounds),
                               .dimensions = std::move(options.dimensions),
                               .max_series = options.max_series,
                               .exemplars = std::move(options.exemplars)};
    durations.name = "http_server_request_duration_seconds";
    durations.help = "Duration of HTTP server requests.";
    durations.labels = {"http_request_method", "url_scheme", "http_route",
                        "http_response_status_code", "error_type"};
    auto server = HistogramFamily::create(durations);
    if (!server.ok()) return server.status();
    server_seconds = *std::move(server);

    durations.name = "http_client_request_duration_seconds";
    durations.help = "Duration of HTTP client requests.";
    durations.labels = {"http_request_method", "url_scheme",   "server_address",
                        "server_port",         "url_template", "http_response_status_code",
                        "error_type"};
    auto client = HistogramFamily::create(std::move(durations));
    if (!client.ok()) return client.status();
    client_seconds = *std::move(client);

    auto gauge = GaugeFamily::create({.name = "http_server_active_requests",
                                      .help = "HTTP server requests that are being answered.",
                                      .labels = {"http_request_method", "url_scheme"}});
    if (!gauge.ok()) return gauge.status();
    active = *std::move(gauge);
    return absl::OkStatus();
}

Histogram HttpMetrics::State::make_server(const DurationKey& key) const {
    const std::string status = status_name(key.status);
    return server_seconds->with(
        {method_name(key.method), schemes[key.scheme], *key.route, status, *key.error});
}

Histogram HttpMetrics::State::make_client(const DurationKey& key) const {
    const std::string status = status_name(key.status);
    const std::string port = key.port == 0 ? std::string{} : std::to_string(key.port);
    return client_seconds->with({method_name(key.method), schemes[key.scheme], *key.address, port,
                                 *key.route, status, *key.error});
}

void HttpMetrics::State::observe(bool server, const DurationKey& key, double seconds) {
    Histogram& series = server ? server_handles.find_or_make(key, [&] { return make_server(key); })
                               : client_handles.find_or_make(key, [&] { return make_client(key); });
    series.observe(seconds);
}

void HttpMetrics::State::add_active(ActiveKey key, double amount) {
    Gauge& gauge = active_handles.find_or_make(key, [&] {
        return active->with({method_name(key.method), schemes[key.scheme]});
    });
    gauge.add(amount);
}

HttpMetrics::HttpMetrics(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpMetrics::~HttpMetrics() = default;

absl::StatusOr<std::shared_ptr<HttpMetrics>> HttpMetrics::create(HttpMetricsOptions options) {
    auto state = std::make_unique<State>(options);
    if (auto status = state->create_families(std::move(options)); !status.ok()) return status;
    return std::shared_ptr<HttpMetrics>(new HttpMetrics{std::move(state)});
}

void HttpMetrics::write(PageWriter& page) const {
    state_->server_seconds->write(page);
    state_->client_seconds->write(page);
    state_->active->write(page);
}

std::vector<FamilySnapshot> HttpMetrics::read() const {
    std::vector<FamilySnapshot> all = state_->server_seconds->read();
    for (const MetricSource* family :
         {static_cast<const MetricSource*>(state_->client_seconds.get()),
          static_cast<const MetricSource*>(state_->active.get())}) {
        std::vector<FamilySnapshot> families = family->read();
        std::move(families.begin(), families.end(), std::back_inserter(all));
    }
    return all;
}

namespace detail {

HttpTimer::HttpTimer(const std::shared_ptr<HttpMetrics>& metrics,
                     const HttpBeginning& beginning) noexcept
    : metrics_(metrics),
      port_(beginning.server_port),
      method_(index_of_method(beginning.method)),
      scheme_(index_of_scheme(beginning.scheme)),
      server_(beginning.server) {
    if (!metrics_) return;
    HttpMetrics::State& state = *metrics_->state_;
    route_ = state.routes_of(server_).find_or_add(beginning.route);
    address_ = state.servers.find_or_add(beginning.server_address);
    if (server_) {
        try {
            state.add_active({method_, scheme_}, 1);
        } catch (const std::bad_alloc&) {
            lose_update();
            metrics_.reset();
            return;
        }
    }
    start_ = steady_clock::now();
}

HttpTimer& HttpTimer::operator=(HttpTimer&& other) noexcept {
    if (this == &other) return *this;
    if (metrics_) abandon();
    metrics_ = std::move(other.metrics_);
    context_ = std::move(other.context_);
    start_ = other.start_;
    route_ = other.route_;
    address_ = other.address_;
    port_ = other.port_;
    method_ = other.method_;
    scheme_ = other.scheme_;
    server_ = other.server_;
    return *this;
}

void HttpTimer::set_route(std::string_view route) noexcept {
    if (metrics_) route_ = metrics_->state_->routes_of(server_).find_or_add(route);
}

void HttpTimer::abandon() noexcept {
    // Nobody answered; a client that lost interest has nothing to measure.
    if (server_) end(0, other_name);
    metrics_.reset();
}

void HttpTimer::end(int status, std::string_view error) noexcept {
    const auto metrics = std::exchange(metrics_, nullptr);
    const std::chrono::duration<double> took = steady_clock::now() - start_;
    const std::uint16_t shown = error.empty() ? plausible(status) : std::uint16_t{0};
    const bool failed = error.empty() && status >= (server_ ? 500 : 400);
    const Scope scope{std::move(context_)};
    HttpMetrics::State& state = *metrics->state_;
    try {
        if (server_) state.add_active({method_, scheme_}, -1);
        const std::string code = failed ? status_name(shown) : std::string{};
        const std::string* const error_type =
            failed ? state.statuses.find_or_add(code) : state.errors.find_or_add(error);
        state.observe(server_, {route_, address_, error_type, port_, shown, method_, scheme_},
                      took.count());
    } catch (const std::bad_alloc&) {
        lose_update();
    }
}

}  // namespace detail
}  // namespace ctx
