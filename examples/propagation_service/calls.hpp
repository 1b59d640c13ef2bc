// What a request asks the service to do: a JSON list of calls.

#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The parts of an `http://host[:port][/path]` address.
struct Address {
    std::string host;
    std::string port;
    std::string target;
};

struct Call {
    std::string url;
    Address address;        // empty host: the url cannot be called
    std::string arguments;  // a JSON array, sent as it is
};

/// Why a body is refused, in words for its sender.
struct Refusal {
    std::string why;
};

/// Reads `[{"url": "http://…", "arguments": […]}, …]`. A url that is not http is a call that will
/// fail, not a refusal.
[[nodiscard]] std::variant<std::vector<Call>, Refusal> read_calls(std::string_view body);

[[nodiscard]] Address parse_address(std::string_view url);
