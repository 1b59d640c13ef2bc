#include <ctx/context/detail/environment.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/tracing/sampler.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace ctx {
namespace {

constexpr double all_ids = 72057594037927936.0;  // 2^56

std::uint64_t threshold_of(double ratio) noexcept {
    if (!(ratio > 0)) return static_cast<std::uint64_t>(all_ids);  // NaN as well
    if (ratio >= 1) return 0;
    return static_cast<std::uint64_t>(std::llround((1 - ratio) * all_ids));
}

double ratio_argument() {
    const std::string_view text = detail::environment("OTEL_TRACES_SAMPLER_ARG");
    if (text.empty()) return 1;
    double ratio = 1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ratio);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (whole && ratio >= 0 && ratio <= 1) return ratio;
    diagnose(Severity::warning, "tracing", "OTEL_TRACES_SAMPLER_ARG is no ratio, 1 is used");
    return 1;
}

}  // namespace

Sampler Sampler::ratio(double ratio) noexcept {
    return Sampler{threshold_of(ratio), false};
}

Sampler Sampler::parent_based(double root_ratio) noexcept {
    return Sampler{threshold_of(root_ratio), true};
}

Sampler Sampler::from_environment() {
    const std::string_view name = detail::environment("OTEL_TRACES_SAMPLER");
    if (name.empty() || name == "parentbased_always_on") return parent_based(1);
    if (name == "parentbased_always_off") return parent_based(0);
    if (name == "parentbased_traceidratio") return parent_based(ratio_argument());
    if (name == "always_on") return always_on();
    if (name == "always_off") return always_off();
    if (name == "traceidratio") return ratio(ratio_argument());
    diagnose(Severity::warning, "tracing",
             "OTEL_TRACES_SAMPLER is unknown, parentbased_always_on is used");
    return parent_based(1);
}

}  // namespace ctx
