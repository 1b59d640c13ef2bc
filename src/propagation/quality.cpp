#include <ctx/propagation/quality.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace ctx {
namespace {

constexpr std::size_t max_edges = 64;
constexpr std::size_t max_name = 64;

constexpr std::string_view reasons[rejection_count] = {
    "repeated", "too_long", "shape", "digits", "zero_id", "incomplete", "decision", "list"};

struct Shown {
    const char* name;
    const char* help;
    const char* label;  // a further one, `a="b"`
};

constexpr Shown shown[] = {
    {"ctx_propagation_requests_total", "Requests by what they brought.",
     R"(outcome="with_context")"},
    {"ctx_propagation_requests_total", "Requests by what they brought.",
     R"(outcome="without_context")"},
    {"ctx_propagation_requests_total", "Requests by what they brought.", R"(outcome="malformed")"},
    {"ctx_propagation_requests_total", "Requests by what they brought.",
     R"(outcome="decision_only")"},
    {"ctx_propagation_restarted_total", "Traces that the policy made begin anew.", ""},
    {"ctx_propagation_conflicts_total", "Requests with more than one trace.", ""},
    {"ctx_propagation_trace_ids_total", "Traces that came in, by the width of their ids.",
     R"(bits="128")"},
    {"ctx_propagation_trace_ids_total", "Traces that came in, by the width of their ids.",
     R"(bits="64")"},
    {"ctx_propagation_dropped_members_total", "Baggage members left out on the way in.", ""},
    {"ctx_propagation_calls_total", "Calls by what was sent with them.",
     R"(outcome="with_context")"},
    {"ctx_propagation_calls_total", "Calls by what was sent with them.",
     R"(outcome="without_context")"},
};

constexpr const char* rejected_name = "ctx_propagation_rejected_total";
constexpr const char* rejected_help = "Requests by what was wrong with a trace header of theirs.";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || c == '"') result += '\\';
        if (c == '\n') {
            result += "\\n";
        } else {
            result += c;
        }
    }
    return result;
}

bool is_usable(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_name;
}

}  // namespace

std::string_view name_of(Rejection reason) noexcept {
    return reasons[static_cast<std::size_t>(reason)];
}

PropagationQuality& PropagationQuality::of(std::string_view carrier, std::string_view edge) {
    using Edges =
        std::map<std::pair<std::string, std::string>, std::unique_ptr<PropagationQuality>>;
    static std::mutex mutex;
    static auto* const edges = new Edges;  // lives as long as the process
    std::pair<std::string, std::string> names{carrier, edge};
    const std::lock_guard lock{mutex};
    auto at = edges->find(names);
    if (at == edges->end()) {
        const bool room = edges->size() + 1 < max_edges && is_usable(carrier) && is_usable(edge);
        if (!room) names = {"other", "other"};
        at = edges->try_emplace(names).first;
    }
    if (!at->second) {
        at->second.reset(new PropagationQuality{names.first, names.second});
        at->second->publish();
    }
    return *at->second;
}

PropagationQuality::PropagationQuality(std::string_view carrier, std::string_view edge)
    : carrier_(carrier), edge_(edge) {
    const std::string common =
        "carrier=\"" + escaped(carrier) + "\",edge=\"" + escaped(edge) + "\"";
    for (const Shown& sample : shown)
        labels_.push_back(*sample.label == '\0' ? common : common + "," + sample.label);
    for (const std::string_view reason : reasons)
        labels_.push_back(common + ",reason=\"" + std::string{reason} + "\"");
}

void PropagationQuality::append_to(std::vector<StatSample>& samples) const {
    static_assert(std::size(shown) == first_rejection);
    for (std::size_t i = 0; i < first_rejection; ++i)
        samples.push_back({shown[i].name, shown[i].help, counts_.total(i), labels_[i]});
    for (std::size_t i = first_rejection; i < count_size; ++i)
        samples.push_back({rejected_name, rejected_help, counts_.total(i), labels_[i]});
}

QualityCounts PropagationQuality::counts() const noexcept {
    QualityCounts result{.with_context = counts_.total(with_context),
                         .without_context = counts_.total(without_context),
                         .malformed = counts_.total(malformed),
                         .decision_only = counts_.total(decision_only),
                         .restarted = counts_.total(restarted),
                         .conflicts = counts_.total(conflicts),
                         .ids_128_bit = counts_.total(ids_128_bit),
                         .ids_64_bit = counts_.total(ids_64_bit),
                         .dropped_members = counts_.total(dropped_members),
                         .sent_with_context = counts_.total(sent_with_context),
                         .sent_without_context = counts_.total(sent_without_context)};
    for (std::size_t i = 0; i < rejection_count; ++i)
        result.rejected[i] = counts_.total(first_rejection + i);
    return result;
}

void PropagationQuality::received(const Extraction& extraction, Incoming incoming) noexcept {
    const TraceId trace_id = extraction.span().trace_id;
    if (trace_id.is_valid()) {
        counts_.add(with_context);
        counts_.add(trace_id.high() != 0 ? ids_128_bit : ids_64_bit);
        if (incoming != Incoming::continue_trace) counts_.add(restarted);
    } else if (extraction.rejected_anything()) {
        counts_.add(malformed);
    } else {
        counts_.add(extraction.decision().decided() ? decision_only : without_context);
    }
    if (extraction.has_conflict()) counts_.add(conflicts);
    if (extraction.dropped_members() > 0) {
        counts_.add(dropped_members, extraction.dropped_members());
    }
    if (!extraction.rejected_anything()) return;
    for (std::size_t i = 0; i < rejection_count; ++i) {
        if (extraction.has_rejected(static_cast<Rejection>(i))) counts_.add(first_rejection + i);
    }
}

void PropagationQuality::sent(ContextView context) noexcept {
    const bool has_context = context.trace_id().is_valid();
    counts_.add(has_context ? sent_with_context : sent_without_context);
}

}  // namespace ctx
