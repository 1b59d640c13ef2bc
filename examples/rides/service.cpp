#include "service.hpp"

#include <ctx/context.hpp>

#include <memory>
#include <utility>

namespace rides {
namespace {

/// One request that is being answered.
struct Running {
    ctx::HttpServerSpan span;
    std::shared_ptr<ctx::CostMeter> costs;
    Reply reply;

    void finish(Response response) {
        const ctx::Scope scope{span.context()};
        costs->sent().add(response.body().size());
        span.finish(response);
        reply(std::move(response));
    }
};

}  // namespace

Handler traced(const Service& service, std::string route, Handler inner) {
    return [&service, route = std::move(route), inner = std::move(inner)](const Request& request,
                                                                          Reply reply) {
        auto running = std::make_shared<Running>(
            Running{.span = service.http.serve(request, {.route = route, .url_scheme = "http"}),
                    .costs = service.costs,
                    .reply = std::move(reply)});
        const ctx::Scope scope{running->span.context()};
        service.costs->calls().add();
        inner(request, [running](Response response) { running->finish(std::move(response)); });
    };
}

net::awaitable<Response> ServiceClient::get(std::string path, std::string query) {
    Request request{http::verb::get, path + '?' + query, 11};
    ctx::HttpClientSpan call = service_->http.call(
        request, {.url_template = path, .server_address = peer_, .url_scheme = "http"});
    try {
        Response response = co_await connections_.exchange(std::move(request));
        call.finish(response);
        co_return response;
    } catch (const std::exception& error) {
        call.span().record_error(error);
        call.fail("no answer");
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
