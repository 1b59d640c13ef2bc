#include "session.hpp"

#include "calls.hpp"
#include "client.hpp"
#include <ctx/integrations/beast.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::redirect_error;
using asio::use_awaitable;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using boost::system::error_code;

constexpr std::size_t max_header_bytes = 64UL * 1024;
constexpr std::size_t max_body_bytes = 4UL * 1024 * 1024;
constexpr std::chrono::seconds patience{30};

Response make_response(http::status status, std::string body, bool keep_alive) {
    Response response{status, 11};
    response.set(http::field::content_type, "application/json");
    response.keep_alive(keep_alive);
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

Response refuse(http::status status, const std::string& why, bool keep_alive) {
    return make_response(status, nlohmann::json{{"error", why}}.dump() + "\n", keep_alive);
}

/// Makes all calls at once, on the strand of the caller, and waits for the last.
asio::awaitable<std::vector<Outcome>> send_all(const std::vector<Call>& calls,
                                               const ctx::Context& span,
                                               const ctx::HttpTracing& tracing) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<Outcome> outcomes(calls.size());
    std::size_t pending = calls.size();
    asio::steady_timer all_done{executor, asio::steady_timer::time_point::max()};
    for (std::size_t i = 0; i < calls.size(); ++i) {
        asio::co_spawn(executor, send_call(calls[i], span, tracing),
                       [&, i](const std::exception_ptr& failure, Outcome outcome) {
                           if (failure) outcome.error = "out of memory";
                           outcomes[i] = std::move(outcome);
                           if (--pending == 0) all_done.cancel();
                       });
    }
    error_code cancelled;
    while (pending > 0)
        co_await all_done.async_wait(redirect_error(use_awaitable, cancelled));
    co_return outcomes;
}

std::string describe(const ctx::Context& span, const std::vector<Call>& calls,
                     const std::vector<Outcome>& outcomes) {
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        nlohmann::json item{{"url", calls[i].url}};
        if (outcomes[i].error.empty()) {
            item["status"] = outcomes[i].status;
        } else {
            item["error"] = outcomes[i].error;
        }
        list.push_back(std::move(item));
    }
    const nlohmann::json body{{"trace_id", span.trace_id().to_string()}, {"calls", list}};
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

asio::awaitable<Response> answer(const Request& request, const ctx::HttpTracing& tracing) {
    const bool keep_alive = request.keep_alive();
    if (request.method() != http::verb::post) {
        Response response = refuse(http::status::method_not_allowed, "POST only", keep_alive);
        response.set(http::field::allow, "POST");
        co_return response;
    }
    auto read = read_calls(request.body());
    if (const Refusal* refusal = std::get_if<Refusal>(&read)) {
        co_return refuse(http::status::bad_request, refusal->why, keep_alive);
    }
    // [snippet serve]
    // The span of this request: below the caller's, or the first of a new trace.
    auto served = tracing.serve(request);
    const auto& calls = std::get<std::vector<Call>>(read);
    const auto outcomes = co_await send_all(calls, served.context(), tracing);
    auto response =
        make_response(http::status::ok, describe(served.context(), calls, outcomes), keep_alive);
    served.finish(response);
    // [end]
    co_return response;
}

/// The answer to bytes that are no request, or are too many.
Response answer_to(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return refuse(http::status::request_header_fields_too_large,
                      "more than 64 KiB of header fields", false);
    }
    if (error == http::error::body_limit) {
        return refuse(http::status::payload_too_large, "more than 4 MiB of body", false);
    }
    return refuse(http::status::bad_request, "not HTTP: " + error.message(), false);
}

/// Reads what the client still sends before closing: closing at once would reset the connection
/// under the answer.
asio::awaitable<void> close(beast::tcp_stream& stream) {
    error_code error;
    stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    stream.expires_after(std::chrono::seconds{2});
    std::array<char, 8192> scratch;
    for (std::size_t total = 0; !error && total < 2 * max_body_bytes;) {
        total += co_await stream.async_read_some(asio::buffer(scratch),
                                                 redirect_error(use_awaitable, error));
    }
}

/// @return whether the connection goes on.
asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                const ctx::HttpTracing& tracing) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    stream.expires_after(patience);
    error_code error;
    co_await http::async_read(stream, buffer, parser, redirect_error(use_awaitable, error));
    const bool is_http = !error || error.category() == make_error_code(http::error{}).category();
    if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) {
        co_return false;
    }
    stream.expires_never();
    Response response;  // no ?: here: g++ 12 miscompiles co_await in one of its branches
    if (error) {
        response = answer_to(error);
    } else {
        response = co_await answer(parser.get(), tracing);
    }
    stream.expires_after(patience);
    co_await http::async_write(stream, response, redirect_error(use_awaitable, error));
    co_return !error && response.keep_alive();
}

}  // namespace

asio::awaitable<void> serve(asio::ip::tcp::socket socket, const ctx::HttpTracing& tracing) {
    beast::tcp_stream stream{std::move(socket)};
    beast::flat_buffer buffer;
    bool more = true;
    while (more)
        more = co_await serve_one(stream, buffer, tracing);
    co_await close(stream);
}
