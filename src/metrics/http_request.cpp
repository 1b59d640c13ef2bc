#include "metrics/http_request.hpp"

#include <ctx/version.hpp>

#include <absl/status/status.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <mutex>
#include <optional>

namespace ctx::detail {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr std::size_t max_response_bytes = 65536;
constexpr std::size_t kept_response_bytes = 8192;  // enough to say what went wrong

boost::beast::string_view view(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

http::request<http::string_body> to_beast(const HttpRequest& request) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(view(request.method));
    message.target(view(request.url.target));
    message.set(http::field::host, request.url.authority);
    message.set(http::field::user_agent, "ctx/" CTX_VERSION_STRING);
    for (const auto& [name, value] : request.headers)
        message.set(view(name), view(value));
    message.keep_alive(false);
    message.body() = request.body;
    message.prepare_payload();
    return message;
}

}  // namespace

/// The operations of one request, each started by the end of the one before.
struct HttpClient::Exchange {
    Exchange(asio::io_context& io, const HttpRequest& request)
        : socket(io), resolver(io), timer(io), url(request.url), message(to_beast(request)) {}

    void start() {
        boost::system::error_code error;
        const auto address = asio::ip::make_address(url.host, error);
        if (!error) {
            connect(std::vector<tcp::endpoint>{{address, url.port}});
            return;
        }
        resolver.async_resolve(url.host, std::to_string(url.port),
                               [this](const auto& failed, const auto& found) {
                                   if (failed) return end(failed);
                                   connect({found.begin(), found.end()});
                               });
    }

    void connect(std::vector<tcp::endpoint> endpoints) {
        candidates = std::move(endpoints);
        asio::async_connect(socket, candidates, [this](const auto& failed, const auto&) {
            if (failed) return end(failed);
            write();
        });
    }

    void write() {
        http::async_write(socket, message, [this](const auto& failed, std::size_t) {
            // A server may have answered, and closed, before it read everything.
            if (failed && timed_out) return end(failed);
            read();
        });
    }

    void read() {
        parser.emplace().body_limit(max_response_bytes);
        http::async_read(socket, buffer, *parser, [this](const auto& failed, std::size_t) {
            // Of a body that is too long, the status is what counts.
            const bool answered = !failed || failed == http::error::body_limit;
            if (!answered) return end(failed);
            const bool informational = parser->get().result_int() / 100 == 1;
            informational ? read() : end({});
        });
    }

    void end(const boost::system::error_code& error) {
        result = error;
        ended = true;
        timer.cancel();
    }

    void set_timer(Deadline deadline) {
        timer.expires_at(deadline);
        timer.async_wait([this](const auto& cancelled) {
            if (cancelled || ended) return;
            timed_out = true;
            resolver.cancel();
            boost::system::error_code ignored;
            socket.close(ignored);
        });
    }

    tcp::socket socket;
    tcp::resolver resolver;
    asio::steady_timer timer;
    HttpUrl url;
    http::request<http::string_body> message;
    std::optional<http::response_parser<http::string_body>> parser;  // of the answer read last
    boost::beast::flat_buffer buffer;
    std::vector<tcp::endpoint> candidates;
    boost::system::error_code result;
    bool timed_out = false;
    bool ended = false;
};

struct HttpClient::State {
    asio::io_context io;
    std::mutex mutex;
    Exchange* running = nullptr;
    Deadline limit = Deadline::max();
};

HttpClient::HttpClient() : state_(std::make_unique<State>()) {}

HttpClient::~HttpClient() = default;

absl::StatusOr<HttpResponse> HttpClient::send(const HttpRequest& request, Deadline deadline) {
    Exchange exchange{state_->io, request};
    {
        const std::lock_guard lock{state_->mutex};
        state_->running = &exchange;
        exchange.set_timer(std::min(deadline, state_->limit));
    }
    exchange.start();
    state_->io.restart();
    state_->io.run();
    {
        const std::lock_guard lock{state_->mutex};
        state_->running = nullptr;
    }
    state_->io.restart();
    state_->io.poll();  // what end_by() posted in the meantime finds nothing to do
    if (exchange.timed_out) return absl::DeadlineExceededError("no answer in time");
    if (exchange.result) return absl::UnavailableError(exchange.result.message());
    const auto& response = exchange.parser->get();
    const auto retry_after = response[http::field::retry_after];
    return HttpResponse{static_cast<int>(response.result_int()),
                        {retry_after.data(), retry_after.size()},
                        response.body().substr(0, kept_response_bytes)};
}

void HttpClient::end_by(Deadline deadline) noexcept {
    const std::lock_guard lock{state_->mutex};
    state_->limit = std::min(state_->limit, deadline);
    if (state_->running == nullptr) return;
    try {
        asio::post(state_->io, [this] {
            const std::lock_guard guard{state_->mutex};
            Exchange* running = state_->running;
            if (running != nullptr && !running->timed_out && !running->ended)
                running->set_timer(state_->limit);
        });
    } catch (...) {  // no memory: the call ends when it would have ended
    }
}

}  // namespace ctx::detail
