// One HTTP/1.1 request over a connection of its own, on the calling thread.

#pragma once

#include <ctx/export.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::detail {

/// Where to send to.
struct HttpUrl {
    std::string host;  // without the brackets of an IPv6 address
    std::uint16_t port = 80;
    std::string authority;  // as it stands in the URL: what Host says
    std::string target;     // begins with '/'

    /// Of an absolute `http` URL (RFC 9110 section 4.2.1) without user, password and fragment.
    /// The error says what is wrong; `https` is refused.
    [[nodiscard]] static absl::StatusOr<HttpUrl> parse(std::string_view url);
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method = "POST";
    HttpUrl url{};
    HttpHeaders headers{};
    std::string body{};
};

struct HttpResponse {
    int status = 0;
    std::string retry_after;  // the header
    std::string body;         // the beginning of it
};

/// InvalidArgument for a name or a value that HTTP has no place for.
[[nodiscard]] absl::Status check_headers(const HttpHeaders& headers);

class HttpClient {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// DeadlineExceeded when not answered by then, Unavailable when the server cannot be reached
    /// or answers what is no HTTP. A host that is a name is looked up first, which the deadline
    /// does not shorten. One call at a time.
    [[nodiscard]] absl::StatusOr<HttpResponse> send(const HttpRequest& request, Deadline deadline);

    /// Lets the call that is running, and later ones, end by `deadline`. From any thread.
    void end_by(Deadline deadline) noexcept;

private:
    struct Exchange;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ctx::detail
