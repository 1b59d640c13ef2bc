// What the demo's services say to each other: HTTP/1.1 messages, and where to send an answer.

#pragma once

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rides {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

/// Sends the answer. Call it once, from any thread; dropped without a call, the connection closes.
using Reply = std::function<void(Response)>;

/// Answers a request, now or later. Must not throw.
using Handler = std::function<void(const Request&, Reply)>;

inline constexpr std::string_view json_type = "application/json";

[[nodiscard]] Response answer(http::status status, std::string_view content_type, std::string body);
/// `{"error": message}`
[[nodiscard]] Response refusal(http::status status, std::string_view message);

/// The part of the target before '?'.
[[nodiscard]] std::string_view path_of(const Request& request);
/// The value of a query parameter, percent-decoded; nothing when it is not there.
[[nodiscard]] std::optional<std::string> query_value(const Request& request, std::string_view name);
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace rides
