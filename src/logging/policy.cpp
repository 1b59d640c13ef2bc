#include "logging/log_stats.hpp"
#include "logging/request_limit.hpp"
#include "logging/shown_values.hpp"
#include "logging/site_limits.hpp"
#include <ctx/context/detail/node.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/logging/detail/line_options.hpp>
#include <ctx/logging/detail/line_policy.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ctx::log {
namespace detail {

constinit std::atomic<const ActivePolicy*> active_policy{nullptr};

/// What was asked for, ready to be asked per line.
struct ActivePolicy {
    explicit ActivePolicy(const LinePolicy& wanted)
        : policy(wanted), threshold(keep_threshold(wanted.keep)) {
        if (wanted.per_site.burst != 0) sites.emplace(wanted.per_site);
        if (wanted.debug.enabled) {
            debug_requests.emplace(wanted.debug.requests_per_second,
                                   wanted.debug.lines_per_request);
        }
    }

    /// Trace ids whose 56 low bits are below it are dropped.
    static std::uint64_t keep_threshold(double keep) noexcept {
        if (!(keep > 0)) return std::uint64_t{1} << 56;
        return static_cast<std::uint64_t>(std::ldexp(1.0 - std::min(keep, 1.0), 56));
    }

    const LinePolicy policy;
    const std::uint64_t threshold;
    // Counters that lines share; logging changes nothing else of a policy.
    mutable std::optional<SiteLimits> sites;
    mutable std::optional<RequestLimit> debug_requests;
};

namespace {

constexpr std::uint64_t random_bits = (std::uint64_t{1} << 56) - 1;

bool says_so(const LinePolicy& policy, ContextView context) noexcept {
    const PublishedFields published = published_fields();
    const Field* field = published.set.find(policy.debug.field);
    if (field == nullptr) return false;
    FieldScratch scratch;  // NOLINT(*-member-init): written before it is read
    return field->value_in(context.baggage(), scratch) == "true";
}

bool asks_for_debug(const ActivePolicy& active, ContextView context) noexcept {
    const ctx::detail::Node* node = context.node();
    if (!active.debug_requests || node == nullptr) return false;
    return node->flags.debug() ||
           (!active.policy.debug.field.empty() && says_so(active.policy, context));
}

bool is_kept(const ActivePolicy& active, const ctx::detail::Node* node, Level level) noexcept {
    const LinePolicy& policy = active.policy;
    if (level < policy.minimum) return false;
    if (node == nullptr || !node->trace_id.is_valid()) return true;
    if (policy.only_sampled && node->span_id.is_valid() && !node->flags.sampled()) return false;
    return level >= Level::warn || (node->trace_id.low() & random_bits) >= active.threshold;
}

AttributeValue attribute_of(const Value& value) noexcept {
    switch (value.type) {
        case ValueType::boolean:
            return value.boolean();
        case ValueType::integer:
            return value.integer();
        case ValueType::natural:
            if (value.natural() > INT64_MAX) return static_cast<double>(value.natural());
            return static_cast<std::int64_t>(value.natural());
        case ValueType::number:
            return value.number();
        default:
            return value.text;
    }
}

template <std::size_t Size, typename T>
std::array<T, Size> filled_with(const T& value) {
    return [&value]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<T, Size>{(static_cast<void>(I), value)...};
    }
    (std::make_index_sequence<Size>{});
}

void add_span_event(RecordingSpan& span, Level level, std::string_view message,
                    Values values) noexcept {
    auto attributes = filled_with<16>(Attribute{"", false});
    attributes[0] = {"level", level_name(level)};
    attributes[1] = {"message", message};
    std::size_t count = 2;
    for (const Value& value : values) {
        if (count == attributes.size()) break;
        if (value.type == ValueType::null || value.type == ValueType::bytes ||
            value.key == "level" || value.key == "message" ||
            is_secret_name(value.key, line_options().secret_names)) {
            continue;
        }
        attributes[count++] = Attribute{value.key, attribute_of(value)};
    }
    span.add_event("log", {attributes.data(), count});
}

}  // namespace

bool asks_for(const ActivePolicy& active, ContextView context, Level level) noexcept {
    return level >= active.policy.debug.level && asks_for_debug(active, context) &&
           active.debug_requests->admits(context.trace_id());
}

Admission admit(const ActivePolicy& active, ContextView context, Level level, const char* file,
                int line) noexcept {
    if (asks_for_debug(active, context) && active.debug_requests->takes_line(context.trace_id())) {
        return {};
    }
    if (!is_kept(active, context.node(), level)) {
        unsampled_lines.add();
        return {false, 0};
    }
    if (!active.sites || file == nullptr) return {};
    const SiteLimits::Answer answer = active.sites->ask(file, line);
    if (!answer.admitted) suppressed_lines.add();
    return {answer.admitted, answer.suppressed};
}

void tell(const ActivePolicy& active, ContextView context, Level level, std::string_view message,
          Values values) noexcept {
    const LinePolicy& policy = active.policy;
    const bool wanted = policy.span_events == SpanEvents::all ||
                        (policy.span_events == SpanEvents::error && level >= Level::error);
    if (RecordingSpan* span = wanted && context ? context.recording_span() : nullptr) {
        if (span->counts_line(policy.max_span_events)) {
            add_span_event(*span, level, message, values);
        } else {
            dropped_span_events.add();
        }
    }
    if (policy.observe != nullptr) policy.observe(context, level, message.size());
}

}  // namespace detail

void set_line_policy(const LinePolicy& policy) {
    // A thread may be using an old one; there are few, and each is kept.
    static std::mutex mutex;
    static auto* const all = new std::vector<std::unique_ptr<const detail::ActivePolicy>>;
    const std::lock_guard lock{mutex};
    all->push_back(std::make_unique<const detail::ActivePolicy>(policy));
    detail::active_policy.store(all->back().get(), std::memory_order_release);
}

void clear_line_policy() noexcept {
    detail::active_policy.store(nullptr, std::memory_order_release);
}

}  // namespace ctx::log
