#include "api.hpp"

#include "page.hpp"
#include "trace_json.hpp"
#include <ctx/context.hpp>
#include <ctx/version.hpp>

#include <map>
#include <utility>

namespace rides {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string label_of(const ctx::SeriesSnapshot& series, std::string_view name) {
    for (const auto& [label, value] : series.labels) {
        if (label == name) return value;
    }
    return {};
}

Json exemplar_json(const std::optional<ctx::Exemplar>& exemplar) {
    if (!exemplar) return nullptr;
    Json object = Json::object();
    for (const auto& [name, value] : exemplar->labels)
        object[name] = value;
    object["value"] = exemplar->value;
    object["time_unix_ms"] = exemplar->unix_ms;
    return object;
}

Json latency_json(const ctx::MetricSource& histogram) {
    Json latency{{"metric", ""}, {"unit", "s"}, {"count", 0}, {"sum", 0.0}};
    Json& buckets = latency["buckets"] = Json::array();
    for (const ctx::FamilySnapshot& family : histogram.read()) {
        latency["metric"] = family.name;
        for (const ctx::SeriesSnapshot& series : family.series) {
            latency["count"] = series.count;
            latency["sum"] = series.sum;
            std::uint64_t below = 0;
            for (const ctx::BucketSnapshot& bucket : series.buckets) {
                const bool last = &bucket == &series.buckets.back();
                buckets.push_back({{"le", last ? Json("+Inf") : Json(bucket.upper_bound)},
                                   {"count", bucket.cumulative_count - below},
                                   {"exemplar", exemplar_json(bucket.exemplar)}});
                below = bucket.cumulative_count;
            }
        }
    }
    return latency;
}

Json costs_json(const RideMetrics& metrics) {
    std::map<std::string, std::pair<double, double>> costs;  // seconds, calls
    for (const ctx::FamilySnapshot& family : metrics.route_cpu_seconds->read()) {
        for (const ctx::SeriesSnapshot& series : family.series) {
            costs[label_of(series, "customer")].first += series.value;
        }
    }
    for (const ctx::FamilySnapshot& family : metrics.route_calls->read()) {
        for (const ctx::SeriesSnapshot& series : family.series) {
            costs[label_of(series, "customer")].second += series.value;
        }
    }
    Json list = Json::array();
    for (const auto& [customer, cost] : costs) {
        if (cost.second == 0) continue;  // nobody was sent to this one
        list.push_back(
            {{"customer", customer}, {"cpu_seconds", cost.first}, {"calls", cost.second}});
    }
    return list;
}

std::string_view file_of(std::string_view path) {
    if (path == "/" || path.starts_with("/trace/")) return "index.html";
    return path.substr(1);
}

std::string_view type_of(std::string_view file) {
    if (file.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (file.ends_with(".css")) return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

/// Lets what the services have just said reach the store and the index before they are asked.
void catch_up() {
    ctx::flush(std::chrono::milliseconds{500});
}

}  // namespace

bool Api::allows(const Request& request) {
    return request.method() == http::verb::get || request.method() == http::verb::head;
}

void Api::handle(const Request& request, Reply reply) {
    if (!allows(request)) {
        reply(refusal(http::status::method_not_allowed, "GET only"));
        return;
    }
    pool_.post([this, request, reply = std::move(reply)] { reply(answer_get(request)); });
}

Response Api::answer_get(const Request& request) {
    constexpr std::string_view trace_path = "/api/traces/";
    const std::string_view path = path_of(request);
    if (path == "/metrics") return metrics(request[http::field::accept]);
    if (path == "/api/state") return state();
    if (path == "/api/logs") return logs(query_value(request, "trace_id").value_or(""));
    if (path.starts_with(trace_path)) return trace(path.substr(trace_path.size()));
    const std::string_view file = file_of(path);
    const std::string_view content = page_file(file);
    if (content.empty()) return refusal(http::status::not_found, "no such page");
    return answer(http::status::ok, type_of(file), std::string{content});
}

Response Api::metrics(std::string_view accept) const {
    ctx::RenderedPage page = telemetry_->page.render(accept);
    Response response = answer(http::status::ok, page.content_type, std::move(page.body));
    response.set(http::field::vary, "Accept");
    return response;
}

Response Api::trace(std::string_view text) const {
    const auto id = ctx::TraceId::parse(text);
    if (!id) return refusal(http::status::not_found, "not a trace id: 32 lower-case hex digits");
    catch_up();
    const auto spans = telemetry_->traces->find(*id);
    if (spans.empty()) return refusal(http::status::not_found, "no such trace");
    return answer(http::status::ok, json_type, text_of(trace_json(*id, spans)));
}

Response Api::logs(std::string_view text) const {
    const auto id = ctx::TraceId::parse(text);
    catch_up();
    return answer(http::status::ok, "application/x-ndjson",
                  id ? telemetry_->logs->find(*id) : std::string{});
}

Response Api::state() const {
    Json list = Json::array();
    for (const Ride& ride : rides_->newest_first()) {
        list.push_back({{"time_unix_ms", ride.unix_ms},
                        {"trace_id", ride.trace_id},
                        {"customer", ride.customer},
                        {"driver", ride.driver},
                        {"latency_ms", ride.latency_ms},
                        {"status", ride.ok ? "ok" : "error"}});
    }
    const std::chrono::duration<double> up = std::chrono::steady_clock::now() - start_;
    const Json state{{"version", CTX_VERSION_STRING},
                     {"uptime_seconds", up.count()},
                     {"load_rps", load_rps_},
                     {"rides", std::move(list)},
                     {"latency", latency_json(*telemetry_->metrics.ride_seconds)},
                     {"costs", costs_json(telemetry_->metrics)},
                     {"requests_total", rides_->total()},
                     {"errors_total", rides_->errors()},
                     {"log_lines_total", telemetry_->logs->lines_total()}};
    return answer(http::status::ok, json_type, text_of(state));
}

}  // namespace rides
