#include "calls.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

namespace {

using nlohmann::json;

// Writing JSON out recurses; what is nested deeper than this is refused before.
constexpr int max_depth = 128;
constexpr std::size_t max_calls = 1000;

bool is_call(const json& item) {
    if (!item.is_object() || !item.contains("url") || !item.at("url").is_string()) return false;
    return !item.contains("arguments") || item.at("arguments").is_array();
}

Call to_call(const json& item) {
    Call call;
    call.url = item.at("url").get<std::string>();
    call.address = parse_address(call.url);
    call.arguments = item.contains("arguments") ? item.at("arguments").dump() : "[]";
    return call;
}

}  // namespace

std::variant<std::vector<Call>, Refusal> read_calls(std::string_view body) {
    bool too_deep = false;
    const auto depth_check = [&too_deep](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > max_depth;
        return depth <= max_depth;
    };
    const json list = json::parse(body, depth_check, /*allow_exceptions=*/false);
    if (too_deep) return Refusal{"the body is nested too deeply"};
    if (list.is_discarded()) return Refusal{"the body is not JSON"};
    if (!list.is_array()) {
        return Refusal{R"(the body is not a list [{"url": "http://…", "arguments": […]}, …])"};
    }
    if (list.size() > max_calls) return Refusal{"more than 1000 calls"};
    if (!std::all_of(list.begin(), list.end(), is_call)) {
        return Refusal{R"(each call needs a string "url", and "arguments" must be a list)"};
    }
    std::vector<Call> calls;
    std::transform(list.begin(), list.end(), std::back_inserter(calls), to_call);
    return calls;
}

Address parse_address(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return {};
    url.remove_prefix(scheme.size());
    url = url.substr(0, url.find('#'));
    const std::size_t authority_end = std::min(url.find_first_of("/?"), url.size());
    std::string_view host = url.substr(0, authority_end);
    std::string target{url.substr(authority_end)};
    if (target.empty() || target.front() != '/') target.insert(0, "/");
    // Nothing that could end a line of the request may get into it.
    const auto ends_line = [](char c) { return c <= ' ' || c == 0x7f; };
    if (std::any_of(url.begin(), url.end(), ends_line)) return {};
    std::string port = "80";
    if (const std::size_t colon = host.rfind(':');
        colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
        port = host.substr(colon + 1);
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return {std::string{host}, std::move(port), std::move(target)};
}
