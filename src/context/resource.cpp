#include <ctx/context/detail/environment.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/version.hpp>

#include <errno.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace ctx {
namespace {

using detail::environment;

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return decoded;
}

// OpenTelemetry, Resource SDK: key1=value1,key2=value2, percent-encoded; any error discards all.
std::optional<Resource::Attributes> parse_attributes(std::string_view text) {
    Resource::Attributes attributes;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view member = trim(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        if (member.empty()) continue;
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto key = percent_decoded(trim(member.substr(0, equals)));
        auto value = percent_decoded(trim(member.substr(equals + 1)));
        if (!key || key->empty() || !value) return std::nullopt;
        attributes.emplace_back(std::move(*key), std::move(*value));
    }
    return attributes;
}

Resource defaults() {
    return Resource{{
        {"service.name", std::string{"unknown_service:"} + program_invocation_short_name},
        {"telemetry.sdk.name", "ctx"},
        {"telemetry.sdk.language", "cpp"},
        {"telemetry.sdk.version", CTX_VERSION_STRING},
        {"process.pid", std::to_string(getpid())},
    }};
}

}  // namespace

Resource::Resource(Attributes attributes) : attributes_(std::move(attributes)) {
    // The last of equal keys wins, as a later assignment would.
    std::reverse(attributes_.begin(), attributes_.end());
    std::stable_sort(attributes_.begin(), attributes_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto end = std::unique(attributes_.begin(), attributes_.end(),
                                 [](const auto& a, const auto& b) { return a.first == b.first; });
    attributes_.erase(end, attributes_.end());
}

Resource Resource::from_environment() {
    Resource resource = defaults();
    if (auto listed = parse_attributes(environment("OTEL_RESOURCE_ATTRIBUTES"))) {
        resource = resource.merged_with(Resource{std::move(*listed)});
    } else {
        diagnose(Severity::warning, "context",
                 "OTEL_RESOURCE_ATTRIBUTES is ignored: it is not a list key=value,key=value");
    }
    if (const auto name = environment("OTEL_SERVICE_NAME"); !name.empty()) {
        resource = resource.with("service.name", name);
    }
    return resource;
}

Resource Resource::merged_with(const Resource& other) const {
    Attributes all = attributes_;
    all.insert(all.end(), other.attributes_.begin(), other.attributes_.end());
    return Resource{std::move(all)};
}

Resource Resource::with(std::string_view key, std::string_view value) const {
    return merged_with(Resource{{{std::string{key}, std::string{value}}}});
}

std::string_view Resource::find(std::string_view key) const noexcept {
    const auto it = std::lower_bound(
        attributes_.begin(), attributes_.end(), key,
        [](const auto& attribute, std::string_view k) { return attribute.first < k; });
    return it != attributes_.end() && it->first == key ? std::string_view{it->second}
                                                       : std::string_view{};
}

bool sdk_disabled() noexcept {
    static const bool disabled = [] {
        const char* value = std::getenv("OTEL_SDK_DISABLED");
        return value != nullptr && strcasecmp(value, "true") == 0;
    }();
    return disabled;
}

}  // namespace ctx
