#include "metrics/http_request.hpp"
#include <ctx/metrics/pushgateway.hpp>

#include <absl/status/status.h>
#include <absl/strings/escaping.h>

#include <string_view>

namespace ctx {
namespace {

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_grouping_label(std::string_view name) noexcept {
    if (name.empty() || is_digit(name[0]) || name == "job" || name.starts_with("__")) return false;
    for (const char c : name) {
        if (!is_letter(c) && !is_digit(c)) return false;
    }
    return true;
}

void append_percent_encoded(std::string& out, std::string_view value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : value) {
        if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '~') {
            out += c;
            continue;
        }
        const auto code = static_cast<unsigned char>(c);
        out += '%';
        out += digits[code >> 4];
        out += digits[code & 0xf];
    }
}

/// `/name/value`. Base64 where a path cannot hold the value: a '/', "." or nothing.
void append_label(std::string& out, std::string_view name, std::string_view value) {
    out.append("/").append(name);
    if (value.empty()) {
        out += "@base64/=";
    } else if (value.find('/') != std::string_view::npos || value == "." || value == "..") {
        out += "@base64/";
        std::string encoded;
        absl::WebSafeBase64Escape(absl::string_view{value.data(), value.size()}, &encoded);
        out += encoded;
    } else {
        out += '/';
        append_percent_encoded(out, value);
    }
}

}  // namespace

absl::StatusOr<Pushgateway> Pushgateway::create(PushgatewayOptions options) {
    if (options.job.empty()) return absl::InvalidArgumentError("a group needs a job");
    std::string url = options.endpoint;
    while (url.ends_with('/'))
        url.pop_back();
    url += "/metrics";
    append_label(url, "job", options.job);
    for (const auto& [name, value] : options.grouping) {
        if (!is_grouping_label(name)) {
            return absl::InvalidArgumentError("not a label to group by: " + name);
        }
        append_label(url, name, value);
    }
    if (auto parsed = detail::HttpUrl::parse(url); !parsed.ok()) return parsed.status();
    return Pushgateway{std::move(url), options.timeout};
}

absl::Status Pushgateway::replace(const MetricsPage& page) const {
    return send("PUT", page.render(PageFormat::text));
}

absl::Status Pushgateway::add(const MetricsPage& page) const {
    return send("POST", page.render(PageFormat::text));
}

absl::Status Pushgateway::remove() const {
    return send("DELETE", {});
}

absl::Status Pushgateway::send(const char* method, std::string body) const {
    detail::HttpRequest request{.method = method,
                                .url = *detail::HttpUrl::parse(url_),
                                .headers = {},
                                .body = std::move(body)};
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", content_type(PageFormat::text));
    }
    const auto response =
        detail::HttpClient{}.send(request, std::chrono::steady_clock::now() + timeout_);
    if (!response.ok()) {
        return {response.status().code(),
                "cannot push to " + url_ + ": " + std::string(response.status().message())};
    }
    if (response->status >= 200 && response->status < 300) return absl::OkStatus();
    const auto code = response->status >= 400 && response->status < 500
                          ? absl::StatusCode::kInvalidArgument
                          : absl::StatusCode::kUnavailable;
    return {code, "cannot push to " + url_ + ": the answer is " + std::to_string(response->status) +
                      " " + response->body};
}

}  // namespace ctx
