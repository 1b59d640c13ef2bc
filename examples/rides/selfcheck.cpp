#include "selfcheck.hpp"

#include "driver.hpp"
#include "exemplars.hpp"
#include "http_client.hpp"
#include <ctx/context.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <unordered_map>
#include <utility>

namespace rides {
namespace {

using Json = nlohmann::json;

constexpr const char* openmetrics = "application/openmetrics-text;version=1.0.0";
/// The store is bounded: of a long run the newest traces are looked at.
constexpr std::size_t traces_looked_at = 1000;

std::string ride_in(std::string_view message) {
    constexpr std::string_view mark = "ride=";
    const std::size_t at = message.find(mark);
    if (at == std::string_view::npos) return {};
    message.remove_prefix(at + mark.size());
    return std::string{message.substr(0, message.find(' '))};
}

std::string count_of(std::size_t count, const char* what) {
    return std::to_string(count) + ' ' + what;
}

}  // namespace

void LineAudit::sink_it_(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    const Json line = Json::parse(text.begin(), text.end(), nullptr, false);
    // A line that is no JSON object belongs to no request and will be counted as wrong.
    if (!line.is_object()) {
        lines_.push_back({"unreadable", ""});
        return;
    }
    lines_.push_back({ride_in(line.value("message", "")), line.value("trace_id", "")});
}

std::vector<LineAudit::Line> LineAudit::lines() {
    const std::lock_guard lock{mutex_};
    return lines_;
}

void SelfCheck::say(bool held, const char* what, const std::string& seen) {
    all_held_ = all_held_ && held;
    std::fprintf(stderr, "%s  %-22s %s\n", held ? "ok    " : "FAILED", what, seen.c_str());
}

void SelfCheck::while_running(unsigned short port, Telemetry& telemetry, const LoadFigures& figures,
                              const std::vector<SentRide>& sent, LineAudit& audit) {
    if (!ctx::flush(std::chrono::seconds{10})) say(false, "flush", "not done within 10 s");
    check_rides(figures);
    check_lines(sent, audit);
    const std::string page = blocking_get(port, "/metrics", openmetrics).body();
    check_exemplars(port, page);
    check_spans(telemetry, sent);
    check_costs(page, figures);
}

void SelfCheck::check_rides(const LoadFigures& figures) {
    say(figures.done > 0 && figures.done == figures.sent && figures.errors == 0, "rides",
        std::to_string(figures.done) + " of " + std::to_string(figures.sent) + " done, " +
            std::to_string(figures.errors) + " failed, " + std::to_string(figures.skipped) +
            " skipped");
}

void SelfCheck::check_lines(const std::vector<SentRide>& sent, LineAudit& audit) {
    std::unordered_map<std::string, std::string> wanted;
    for (const SentRide& ride : sent)
        wanted[ride.ride] = ride.trace_id.to_string();
    std::size_t lines = 0, wrong = 0, absent = 0;
    std::set<std::string> seen;
    for (const LineAudit::Line& line : audit.lines()) {
        if (line.ride.starts_with('f')) continue;  // a visitor's ride: nobody noted its id
        ++lines;
        const auto ride = wanted.find(line.ride);
        if (line.trace_id.empty()) {
            ++absent;
        } else if (ride == wanted.end() || ride->second != line.trace_id) {
            ++wrong;
        }
        seen.insert(line.ride);
    }
    say(lines > 0 && wrong == 0 && absent == 0 && seen.size() == wanted.size(), "log lines",
        count_of(lines, "of ") + count_of(seen.size(), "rides: ") +
            count_of(wrong, "with a wrong, ") + count_of(absent, "without trace id"));
}

void SelfCheck::check_exemplars(unsigned short port, const std::string& page) {
    std::size_t shown = 0, opened = 0, logged = 0;
    for (const Sample& sample : read_samples(page)) {
        if (!sample.exemplar) continue;
        ++shown;
        const std::string id = sample.exemplar->at("trace_id");
        const std::string span = sample.exemplar->at("span_id");
        const Response trace = blocking_get(port, "/api/traces/" + id);
        const Response logs = blocking_get(port, "/api/logs?trace_id=" + id);
        const Json body = Json::parse(trace.body(), nullptr, false);
        const bool has_span = trace.result() == http::status::ok &&
                              std::any_of(body["spans"].begin(), body["spans"].end(),
                                          [&](const Json& one) { return one["span_id"] == span; });
        if (has_span) ++opened;
        if (logs.body().find("\"trace_id\":\"" + id + '"') != std::string::npos) ++logged;
    }
    say(shown > 0 && opened == shown && logged == shown, "exemplars",
        count_of(shown, "on the page, ") + count_of(opened, "open their trace, ") +
            count_of(logged, "have log lines"));
}

void SelfCheck::check_spans(Telemetry& telemetry, const std::vector<SentRide>& sent) {
    std::size_t traces = 0, spans = 0, orphans = 0, incomplete = 0;
    const std::size_t first = sent.size() > traces_looked_at ? sent.size() - traces_looked_at : 0;
    for (std::size_t i = first; i < sent.size(); ++i) {
        const auto trace = telemetry.traces->find(sent[i].trace_id);
        if (trace.empty() && !telemetry.records_all()) continue;  // not sampled
        std::set<ctx::SpanId> ids{ctx::SpanId{}, sent[i].parent};
        std::set<std::string_view> services;
        for (const ctx::SpanDataPtr& span : trace) {
            ids.insert(span->context.span_id);
            services.insert(span->source->resource.service_name());
        }
        for (const ctx::SpanDataPtr& span : trace) {
            if (!ids.contains(span->parent_id)) ++orphans;
            if (!span->ended) ++incomplete;
        }
        if (services.size() != 4) ++incomplete;
        ++traces;
        spans += trace.size();
    }
    const bool some = traces > 0 || !telemetry.records_all();
    say(some && orphans == 0 && incomplete == 0, "spans",
        count_of(spans, "in ") + count_of(traces, "traces: ") + count_of(orphans, "orphans, ") +
            count_of(incomplete, "missing or unfinished"));
}

void SelfCheck::check_costs(const std::string& page, const LoadFigures& figures) {
    double by_customer = 0, total = 0, calls = 0, unnamed = 0;
    std::size_t named = 0;
    for (const Sample& sample : read_samples(page)) {
        if (sample.name == "route_busy_seconds_total") total += sample.value;
        if (sample.name == "route_calls_total") calls += sample.value;
        if (sample.name != "route_cpu_seconds_total") continue;
        by_customer += sample.value;
        const auto customer = sample.labels.find("customer");
        if (customer == sample.labels.end() || customer->second == "none" ||
            customer->second == "other") {
            unnamed += sample.value;
        } else {
            ++named;
        }
    }
    char seen[200];
    std::snprintf(seen, sizeof seen,
                  "%.6f s for %zu customers, %.6f s in all; %.0f calls, %.6f s for nobody",
                  by_customer, named, total, calls, unnamed);
    const bool sums = std::abs(by_customer - total) <= 1e-9 * std::max(1.0, total);
    const auto rides = static_cast<double>(figures.done - figures.errors);
    say(named > 0 && sums && unnamed == 0 && calls >= DriverService::drivers_per_ride * rides,
        "cost per customer", seen);
}

void SelfCheck::after_the_end() {
    const auto live = ctx::live_contexts();
    say(live == 0, "contexts left", std::to_string(live));
}

}  // namespace rides
