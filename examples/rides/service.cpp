#include "service.hpp"

#include <ctx/context.hpp>
#include <ctx/integrations/beast.hpp>
#include <ctx/propagation.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace rides {
namespace {

using Clock = std::chrono::steady_clock;

/// One request that is being answered.
struct Running {
    ctx::Span span;
    ctx::Histogram duration;
    Clock::time_point start = Clock::now();
    Reply reply;

    void finish(Response response) {
        const auto status = static_cast<int>(response.result_int());
        span.set_attribute("http.response.status_code", status);
        if (status >= 500) span.set_status(ctx::StatusCode::error, response.reason());
        span.end();
        {
            // The observation's exemplar is this span: current, although its work is done.
            const ctx::Scope scope{span.context()};
            duration.observe(std::chrono::duration<double>(Clock::now() - start).count());
        }
        reply(std::move(response));
    }
};

}  // namespace

Handler traced(const Service& service, std::string name, Handler inner) {
    return [&service, name = std::move(name), inner = std::move(inner)](const Request& request,
                                                                        Reply reply) {
        const ctx::Context caller = service.propagators.extract(request);
        auto running = std::make_shared<Running>(Running{
            .span = service.tracer.start(name, {.kind = ctx::SpanKind::server,
                                                .parent = caller,
                                                .attributes = {{"http.request.method", "GET"},
                                                               {"url.path", path_of(request)}}}),
            .duration = service.duration,
            .reply = std::move(reply)});
        const ctx::Scope scope{running->span.context()};
        inner(request, [running](Response response) { running->finish(std::move(response)); });
    };
}

ctx::Span ServiceClient::start_call(std::string_view path) const {
    return service_->tracer.start("GET " + std::string{path},
                                  {.kind = ctx::SpanKind::client,
                                   .attributes = {{"http.request.method", "GET"},
                                                  {"peer.service", peer_},
                                                  {"server.address", "127.0.0.1"},
                                                  {"server.port", port_}}});
}

net::awaitable<Response> ServiceClient::get(std::string path, std::string query) {
    ctx::Span span = start_call(path);
    Request request{http::verb::get, path + '?' + query, 11};
    service_->propagators.inject(span.context(), request);
    try {
        Response response = co_await connections_.exchange(std::move(request));
        span.set_attribute("http.response.status_code", response.result_int());
        if (response.result_int() >= 400) {
            span.set_status(ctx::StatusCode::error, response.reason());
        }
        co_return response;
    } catch (const std::exception& error) {
        span.record_error(error);
        throw;
    }
}

std::string ride_of(const Request& request) {
    std::string ride = query_value(request, "ride").value_or("");
    const bool plain = ride.find_first_not_of(
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789-") == std::string::npos;
    return plain && ride.size() <= 32 ? ride : std::string{};
}

}  // namespace rides
