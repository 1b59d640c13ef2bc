// ctx/integrations/http.hpp: continues traces in HTTP servers and sends them on from HTTP clients.
//
//     const ctx::HttpTracing tracing{{.tracer = tracer}};                  // once
//
//     auto served = tracing.serve(request, {.route = "/orders/{id}"});     // server: the caller's
//     ctx::Scope scope{served.context()};                                  // trace goes on
//     …
//     served.finish(response);
//
//     auto call = tracing.call(outgoing, {.server_address = "users"});     // client: sends it on
//     …
//     call.finish(response);                                    // or call.fail("connection reset")
//
// For any HTTP library: a request or response is a carrier of headers, and HttpMessage says where
// its method, target and status are. ctx/integrations/beast.hpp does so for Boost.Beast.
//
// Spans follow OpenTelemetry's HTTP semantic conventions: names are "{method} {route}" with the
// template of the route and never the path; a server's 5xx and a client's 4xx and 5xx are errors;
// methods that nobody registered are `_OTHER`. How callers propagate is counted per edge
// (ctx/propagation/quality.hpp). Given `.metrics`, rates, errors and durations are measured, too, of
// all requests and not only of those that are sampled (ctx/integrations/http_metrics.hpp).
//
// Threads   HttpTracing is an immutable value. A span belongs to one thread at a time.
// Errors    Nothing that comes over the wire fails: see extract(). std::bad_alloc passes through.
//           A span that is destroyed without finish() or fail() ends without a status.
// Cost      extract or inject, and a span: ctx/propagation/propagator.hpp, ctx/tracing/span.hpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/integrations/detail/http_timer.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/response.hpp>
#include <ctx/tracing/span.hpp>
#include <ctx/tracing/tracer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {

/// Where a message of an HTTP library keeps what spans show. Specialise it with
/// - `static std::string_view method(const Request&)`, `static std::string_view target(const
///   Request&)`: as on the request line; for requests;
/// - `static int status(const Response&)`: for responses.
template <typename Message>
struct HttpMessage {};

namespace detail {
template <typename M>
concept HttpRequestMessage = requires(const M& message) {
    { HttpMessage<M>::method(message) } -> std::convertible_to<std::string_view>;
    { HttpMessage<M>::target(message) } -> std::convertible_to<std::string_view>;
};
template <typename M>
concept HttpResponseMessage = requires(const M& message) {
    { HttpMessage<M>::status(message) } -> std::convertible_to<int>;
};
}  // namespace detail

struct HttpTracingOptions {
    Tracer tracer;
    Propagators propagators = Propagators::from_environment();
    /// Under which name the quality of propagation is counted (carrier "http"); empty: as
    /// `propagators` says.
    std::string edge = "http";
    /// Tells callers which span answered them; not if not given.
    std::optional<ResponseHeader> respond_with = std::nullopt;
    /// Measures requests (ctx/integrations/http_metrics.hpp); null: nothing is measured.
    std::shared_ptr<HttpMetrics> metrics = nullptr;
};

struct HttpServeOptions {
    /// The template of the route, "/orders/{id}"; empty: the span is named by the method alone.
    std::string_view route = {};
    /// What the caller's context is added to.
    Context base = {};
    /// "http" or "https", for metrics; empty: not said.
    std::string_view url_scheme = {};
};

struct HttpCallOptions {
    /// The template of the target, "/users/{id}"; empty: the span is named by the method alone.
    std::string_view url_template = {};
    std::string_view server_address = {};
    std::uint16_t server_port = 0;
    /// The span that calls. Unset: current().
    std::optional<ContextView> parent = std::nullopt;
    /// "http" or "https", for metrics; empty: not said.
    std::string_view url_scheme = {};
};

/// The server's side of a request, from serve() to finish().
class CTX_EXPORT HttpServerSpan {
public:
    /// What is to be current while the request is handled. Borrowed.
    [[nodiscard]] const Context& context() const noexcept { return span_.context(); }
    [[nodiscard]] Span& span() noexcept { return span_; }

    /// The template of the route, when it is known only after serve().
    void set_route(std::string_view route) noexcept;

    /// Ends the span with the status of the response; tells the caller about it where that is
    /// asked for.
    template <typename Response>
    void finish(Response& response) {
        static_assert(detail::HttpResponseMessage<Response>,
                      "ctx: specialise ctx::HttpMessage with status(response) for this type");
        if (respond_with_) inject_response(context(), response, *respond_with_);
        finish(static_cast<int>(HttpMessage<Response>::status(response)));
    }
    void finish(int status) noexcept;

    /// Ends the span as failed: there was no response. @param error  becomes `error.type`.
    void fail(std::string_view error) noexcept;

private:
    friend class HttpTracing;
    HttpServerSpan(Span span, detail::HttpTimer timer, std::string method,
                   std::optional<ResponseHeader> respond_with)
        : span_(std::move(span)),
          timer_(std::move(timer)),
          method_(std::move(method)),
          respond_with_(respond_with) {}

    Span span_;
    detail::HttpTimer timer_;
    std::string method_;
    std::optional<ResponseHeader> respond_with_;
};

/// The client's side of a request, from call() to finish().
class CTX_EXPORT HttpClientSpan {
public:
    [[nodiscard]] const Context& context() const noexcept { return span_.context(); }
    [[nodiscard]] Span& span() noexcept { return span_; }

    /// Ends the span with the status of the response. What the server says about its span becomes
    /// an attribute `server.span_id` when it is of this trace, and a link when it is not.
    template <typename Response>
    void finish(const Response& response) {
        static_assert(detail::HttpResponseMessage<Response>,
                      "ctx: specialise ctx::HttpMessage with status(response) for this type");
        if (span_.is_recording()) note(extract_response(response));
        finish(static_cast<int>(HttpMessage<Response>::status(response)));
    }
    void finish(int status) noexcept;

    /// Ends the span as failed: there was no response. @param error  becomes `error.type`.
    void fail(std::string_view error) noexcept;

private:
    friend class HttpTracing;
    HttpClientSpan(Span span, detail::HttpTimer timer) noexcept
        : span_(std::move(span)), timer_(std::move(timer)) {}
    void note(const std::optional<SpanContext>& answered) noexcept;

    Span span_;
    detail::HttpTimer timer_;
};

/// Starts the spans of one service's HTTP requests.
class CTX_EXPORT HttpTracing {
public:
    explicit HttpTracing(HttpTracingOptions options);

    [[nodiscard]] const Propagators& propagators() const noexcept { return propagators_; }

    /// A request came in: extracts the caller's context and starts a server span below it.
    template <typename Request>
    [[nodiscard]] HttpServerSpan serve(const Request& request,
                                       HttpServeOptions options = {}) const {
        static_assert(detail::HttpRequestMessage<Request>,
                      "ctx: specialise ctx::HttpMessage with method(request) and target(request)");
        const Context caller = propagators_.extract(request, std::move(options.base));
        return start_server(caller, HttpMessage<Request>::method(request),
                            HttpMessage<Request>::target(request), options);
    }

    /// A request is about to go out: starts a client span and injects it.
    template <typename Request>
    [[nodiscard]] HttpClientSpan call(Request& request, const HttpCallOptions& options = {}) const {
        static_assert(detail::HttpRequestMessage<Request>,
                      "ctx: specialise ctx::HttpMessage with method(request) and target(request)");
        HttpClientSpan started = start_client(HttpMessage<Request>::method(request), options);
        propagators_.inject(started.context(), request);
        return started;
    }

private:
    [[nodiscard]] HttpServerSpan start_server(ContextView caller, std::string_view method,
                                              std::string_view target,
                                              const HttpServeOptions& options) const;
    [[nodiscard]] HttpClientSpan start_client(std::string_view method,
                                              const HttpCallOptions& options) const;

    Tracer tracer_;
    Propagators propagators_;
    std::optional<ResponseHeader> respond_with_;
    std::shared_ptr<HttpMetrics> metrics_;
};

}  // namespace ctx
