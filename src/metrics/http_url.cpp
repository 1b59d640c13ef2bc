#include "metrics/http_request.hpp"
#include "metrics/http_values.hpp"

#include <absl/status/status.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace ctx::detail {
namespace {

absl::Status wrong(std::string_view url, std::string_view reason) {
    std::string message{reason};
    return absl::InvalidArgumentError(message.append(": ").append(url));
}

bool is_visible(char c) noexcept {
    return c > ' ' && c < '\x7f';
}

bool is_header_name(std::string_view text) noexcept {
    constexpr std::string_view separators = "\"(),/:;<=>?@[\\]{}";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_visible(c) && separators.find(c) == std::string_view::npos;
    });
}

/// Behind the host: nothing, or `:` and a number.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
    if (text.empty()) return 80;
    if (text[0] != ':') return {};
    text.remove_prefix(1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return {};
    return port;
}

}  // namespace

absl::StatusOr<HttpUrl> HttpUrl::parse(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    constexpr std::string_view secure = "https://";
    if (!std::all_of(url.begin(), url.end(), is_visible)) {
        return wrong("", "a URL with a character that none can have");
    }
    if (equals_ignoring_case(url.substr(0, secure.size()), secure)) {
        return wrong(url, "https is not supported, send to a collector or a proxy nearby");
    }
    if (!equals_ignoring_case(url.substr(0, scheme.size()), scheme)) {
        return wrong(url, "not a URL that begins with http://");
    }
    std::string_view rest = url.substr(scheme.size());
    HttpUrl parsed;
    const std::size_t path_at = std::min(rest.find_first_of("/?#"), rest.size());
    parsed.target = rest.substr(path_at);
    if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
    if (parsed.target.find('#') != std::string::npos) return wrong(url, "a URL with a fragment");
    rest = rest.substr(0, path_at);
    if (rest.find('@') != std::string_view::npos) {
        return wrong("", "a URL with a user; put the authorization into a header");
    }
    parsed.authority = rest;
    const bool bracketed = rest.starts_with('[');
    const std::size_t host_end = bracketed ? rest.find(']') : std::min(rest.find(':'), rest.size());
    if (host_end == std::string_view::npos) return wrong(url, "a URL with half an IPv6 address");
    parsed.host = bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
    const auto port = parse_port(rest.substr(host_end + (bracketed ? 1 : 0)));
    if (parsed.host.empty() || !port) return wrong(url, "a URL without a proper host and port");
    parsed.port = *port;
    return parsed;
}

absl::Status check_headers(const HttpHeaders& headers) {
    for (const auto& [name, value] : headers) {
        const bool good = std::all_of(value.begin(), value.end(), [](char c) {
            return c == ' ' || c == '\t' || is_visible(c);
        });
        if (!is_header_name(name) || !good) {  // the value may be a secret
            return absl::InvalidArgumentError("a header that HTTP does not allow" +
                                              (is_header_name(name) ? ": " + name : std::string{}));
        }
    }
    return absl::OkStatus();
}

}  // namespace ctx::detail
