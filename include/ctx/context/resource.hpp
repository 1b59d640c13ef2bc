// ctx/context/resource.hpp: what is the same for every request of this process: service, version.
//
//     // OTEL_SERVICE_NAME=checkout OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=prod
//     const auto resource = ctx::Resource::from_environment();
//     resource.service_name();                       // "checkout"
//
// Threads   An immutable value.
// Errors    A malformed OTEL_RESOURCE_ATTRIBUTES is ignored as a whole, as OpenTelemetry demands,
//           and the diagnostics callback hears why. Nothing throws but std::bad_alloc.
// Cost      A sorted vector of strings; made once at start-up.

#pragma once

#include <ctx/export.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

/// Attributes of the entity that produces telemetry (OpenTelemetry Resource), sorted by key.
class CTX_EXPORT Resource {
public:
    using Attributes = std::vector<std::pair<std::string, std::string>>;

    Resource() = default;
    explicit Resource(Attributes attributes);

    /// telemetry.sdk.*, service.name (`unknown_service:<program>` when nobody says), process.pid,
    /// overridden by OTEL_RESOURCE_ATTRIBUTES, overridden by OTEL_SERVICE_NAME.
    [[nodiscard]] static Resource from_environment();

    /// Both; `other` wins where both have a key.
    [[nodiscard]] Resource merged_with(const Resource& other) const;
    [[nodiscard]] Resource with(std::string_view key, std::string_view value) const;

    [[nodiscard]] std::span<const std::pair<std::string, std::string>> attributes() const noexcept {
        return attributes_;
    }
    /// The value under `key`, or an empty text.
    [[nodiscard]] std::string_view find(std::string_view key) const noexcept;
    [[nodiscard]] std::string_view service_name() const noexcept { return find("service.name"); }

private:
    Attributes attributes_;
};

/// True when OTEL_SDK_DISABLED is "true" in any case. Spans are then not recorded, logs and
/// metrics not enriched; contexts and propagators work as always. Read once.
[[nodiscard]] CTX_EXPORT bool sdk_disabled() noexcept;

}  // namespace ctx
