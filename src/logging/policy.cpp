#include "logging/log_stats.hpp"
#include "logging/shown_values.hpp"
#include "logging/site_limits.hpp"
#include <ctx/context/detail/node.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/logging/detail/line_policy.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ctx::log {
namespace detail {

constinit std::atomic<const ActivePolicy*> active_policy{nullptr};

/// What was asked for, ready to be asked per line.
struct ActivePolicy {
    explicit ActivePolicy(const LinePolicy& wanted)
        : policy(wanted),
          threshold(keep_threshold(wanted.keep)),
          sites(wanted.per_site),
          debug_requests({std::chrono::nanoseconds{std::chrono::seconds{1}} /
                              std::max(wanted.debug.requests_per_second, 1U),
                          wanted.debug.requests_per_second}) {}

    /// Trace ids whose 56 low bits are below it are dropped.
    static std::uint64_t keep_threshold(double keep) noexcept {
        if (!(keep > 0)) return std::uint64_t{1} << 56;
        return static_cast<std::uint64_t>(std::ldexp(1.0 - std::min(keep, 1.0), 56));
    }

    const LinePolicy policy;
    const std::uint64_t threshold;
    // Counters that lines share; logging changes nothing else of a policy.
    mutable SiteLimits sites;
    mutable SiteLimits debug_requests;
};

namespace {

constexpr std::uint64_t random_bits = (std::uint64_t{1} << 56) - 1;

std::atomic<const std::vector<std::string>*> secret_names{nullptr};

const std::vector<std::string>& active_secret_names() {
    const auto* names = secret_names.load(std::memory_order_acquire);
    return names == nullptr ? default_secret_names() : *names;
}

bool says_so(const LinePolicy& policy, ContextView context) noexcept {
    const PublishedFields published = published_fields();
    const Field* field = published.set.find(policy.debug.field);
    if (field == nullptr) return false;
    FieldScratch scratch;  // NOLINT(*-member-init): written before it is read
    return field->value_in(context.baggage(), scratch) == "true";
}

bool is_debug_request(const ActivePolicy& active, ContextView context) noexcept {
    const ctx::detail::Node* node = context.node();
    if (!active.policy.debug.enabled || node == nullptr) return false;
    const bool asks = node->flags.debug() ||
                      (!active.policy.debug.field.empty() && says_so(active.policy, context));
    // The place of a request is its trace id: its lines count once.
    return asks &&
           active.debug_requests.admits_request(node->trace_id.low() ^ node->trace_id.high() * 31);
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

void add_span_event(RecordingSpan& span, Level level, std::string_view message,
                    Values values) noexcept {
    constexpr std::size_t room = 16;
    std::array<Attribute, room> attributes{{{"level", level_name(level)},
                                            {"message", message},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false},
                                            {"", false}}};
    std::size_t count = 2;
    for (const Value& value : values) {
        if (count == room) break;
        if (value.type == ValueType::null || value.type == ValueType::bytes ||
            value.key == "level" || value.key == "message" ||
            is_secret_name(value.key, active_secret_names())) {
            continue;
        }
        attributes[count++] = Attribute{value.key, attribute_of(value)};
    }
    span.add_event("log", {attributes.data(), count});
}

}  // namespace

void publish_secret_names(const std::vector<std::string>& names) {
    static std::mutex mutex;
    static auto* const all = new std::vector<std::unique_ptr<const std::vector<std::string>>>;
    const std::lock_guard lock{mutex};
    const auto known = std::find_if(all->begin(), all->end(),
                                    [&names](const auto& each) { return *each == names; });
    if (known == all->end()) {
        all->push_back(std::make_unique<const std::vector<std::string>>(names));
        secret_names.store(all->back().get(), std::memory_order_release);
    } else {
        secret_names.store(known->get(), std::memory_order_release);
    }
}

bool asks_for(const ActivePolicy& active, ContextView context, Level level) noexcept {
    return level >= active.policy.debug.level && is_debug_request(active, context);
}

Admission admit(const ActivePolicy& active, ContextView context, Level level, const char* file,
                int line) noexcept {
    if (is_debug_request(active, context)) return {};
    if (!is_kept(active, context.node(), level)) {
        unsampled_lines.add();
        return {false, 0};
    }
    if (active.policy.per_site.burst == 0 || file == nullptr) return {};
    const SiteLimits::Answer answer = active.sites.ask(file, line);
    if (!answer.admitted) suppressed_lines.add();
    return {answer.admitted, answer.suppressed};
}

void tell(const ActivePolicy& active, ContextView context, Level level, std::string_view message,
          Values values) noexcept {
    const LinePolicy& policy = active.policy;
    const bool wanted = policy.span_events == SpanEvents::all ||
                        (policy.span_events == SpanEvents::error && level >= Level::error);
    if (RecordingSpan* span = wanted && context ? context.recording_span() : nullptr) {
        add_span_event(*span, level, message, values);
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
