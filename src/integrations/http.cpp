#include "integrations/http_method.hpp"
#include <ctx/context/current.hpp>
#include <ctx/integrations/http.hpp>
#include <ctx/propagation/jaeger.hpp>
#include <ctx/propagation/quality.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace ctx {
namespace {

constexpr std::string_view other_method = "_OTHER";
constexpr std::size_t max_path = 1024;

/// "GET /orders/{id}"; "HTTP" stands for a method that nobody knows.
std::string span_name(std::string_view method, std::string_view route) {
    std::string name{detail::is_known_method(method) ? method : std::string_view{"HTTP"}};
    if (!route.empty()) name.append(1, ' ').append(route);
    return name;
}

void set_method(Span& span, std::string_view method) noexcept {
    if (detail::is_known_method(method)) return span.set_attribute("http.request.method", method);
    span.set_attribute("http.request.method", other_method);
    span.set_attribute("http.request.method_original", method.substr(0, 64));
}

void set_status(Span& span, int status, int first_error) noexcept {
    if (!span.is_recording()) return;
    span.set_attribute("http.response.status_code", status);
    if (status < first_error) return;
    std::array<char, 12> digits;  // NOLINT(*-member-init): written before it is read
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), status).ptr;
    const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
    span.set_attribute("error.type", text);
    span.set_status(StatusCode::error);
}

void set_failure(Span& span, std::string_view error) noexcept {
    span.set_attribute("error.type", error);
    span.set_status(StatusCode::error, error);
}

/// Without the query, which may hold secrets.
std::string_view path_of(std::string_view target) noexcept {
    return target.substr(0, std::min(target.find_first_of("?#"), max_path));
}

Propagators counted(Propagators propagators, const std::string& edge) {
    if (edge.empty()) return propagators;
    return propagators.counted_by(PropagationQuality::of("http", edge));
}

}  // namespace

void HttpServerSpan::set_route(std::string_view route) noexcept {
    if (route.empty()) return;
    timer_.set_route(route);
    if (!span_.is_recording()) return;
    span_.set_attribute("http.route", route);
    try {
        span_.update_name(span_name(method_, route));
    } catch (const std::bad_alloc&) {
        return;  // the name stays the method alone
    }
}

void HttpServerSpan::finish(int status) noexcept {
    timer_.finish(status);
    set_status(span_, status, 500);
    span_.end();
}

void HttpServerSpan::fail(std::string_view error) noexcept {
    timer_.fail(error.empty() ? other_method : error);
    set_failure(span_, error);
    span_.end();
}

void HttpClientSpan::finish(int status) noexcept {
    timer_.finish(status);
    set_status(span_, status, 400);
    span_.end();
}

void HttpClientSpan::fail(std::string_view error) noexcept {
    timer_.fail(error.empty() ? other_method : error);
    set_failure(span_, error);
    span_.end();
}

void HttpClientSpan::note(const std::optional<SpanContext>& answered) noexcept {
    if (!answered) return;
    if (answered->trace_id != span_.context().trace_id()) {
        return span_.add_link({answered->trace_id, answered->span_id});
    }
    std::array<char, SpanId::hex_digits> digits;  // NOLINT(*-member-init): written before
    answered->span_id.write_hex(digits.data());
    span_.set_attribute("server.span_id", std::string_view{digits.data(), digits.size()});
}

HttpTracing::HttpTracing(HttpTracingOptions options)
    : tracer_(std::move(options.tracer)),
      propagators_(counted(std::move(options.propagators), options.edge)),
      respond_with_(options.respond_with),
      metrics_(std::move(options.metrics)) {}

HttpServerSpan HttpTracing::start_server(ContextView caller, std::string_view method,
                                         std::string_view target,
                                         const HttpServeOptions& options) const {
    const std::string_view route = options.route;
    detail::HttpTimer timer{
        metrics_, {.server = true, .method = method, .scheme = options.url_scheme, .route = route}};
    Span span =
        tracer_.start(span_name(method, route), {.kind = SpanKind::server, .parent = caller});
    if (span.is_recording()) {
        set_method(span, method);
        span.set_attribute("url.path", path_of(target));
        if (!route.empty()) span.set_attribute("http.route", route);
        const std::string* const asked = caller.get(jaeger_debug_id);
        if (asked != nullptr) span.set_attribute("jaeger-debug-id", *asked);
    }
    timer.set_context(span.context());
    return HttpServerSpan{std::move(span), std::move(timer), std::string{method.substr(0, 64)},
                          respond_with_};
}

HttpClientSpan HttpTracing::start_client(std::string_view method,
                                         const HttpCallOptions& options) const {
    detail::HttpTimer timer{metrics_,
                            {.method = method,
                             .scheme = options.url_scheme,
                             .route = options.url_template,
                             .server_address = options.server_address,
                             .server_port = options.server_port}};
    Span span = tracer_.start(
        span_name(method, options.url_template),
        {.kind = SpanKind::client, .parent = options.parent ? *options.parent : current()});
    if (span.is_recording()) {
        set_method(span, method);
        if (!options.url_template.empty()) {
            span.set_attribute("url.template", options.url_template);
        }
        if (!options.server_address.empty()) {
            span.set_attribute("server.address", options.server_address);
        }
        if (options.server_port != 0) span.set_attribute("server.port", options.server_port);
    }
    timer.set_context(span.context());
    return HttpClientSpan{std::move(span), std::move(timer)};
}

}  // namespace ctx
