#include "metrics/otlp_answer.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace ctx::detail {
namespace {

using nlohmann::json;

/// A member of an object, null when there is none.
const json* member(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

/// Protobuf writes 64-bit numbers into JSON as text, and reads both.
std::uint64_t positive(const json& number) {
    if (number.is_number_unsigned()) return number.get<std::uint64_t>();
    if (!number.is_string()) return 0;
    const auto& text = number.get_ref<const std::string&>();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

std::optional<OtlpPartialSuccess> parse_partial_success(std::string_view body) {
    const json answer = json::parse(body, nullptr, false);
    const json* const partial = member(answer, "partialSuccess");
    if (partial == nullptr) return std::nullopt;
    OtlpPartialSuccess success;
    const json* const rejected = member(*partial, "rejectedDataPoints");
    if (rejected != nullptr) success.rejected_points = positive(*rejected);
    const json* const message = member(*partial, "errorMessage");
    if (message != nullptr && message->is_string()) success.message = message->get<std::string>();
    if (success.rejected_points == 0 && success.message.empty()) return std::nullopt;
    return success;
}

}  // namespace ctx::detail
