// Which observations become exemplars, and how they are written.

#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/metrics/detail/exemplar_rules.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace ctx::detail {
namespace {

Stat exemplars_refused{"ctx_metrics_exemplars_refused_total",
                       "Exemplars not taken because their trace could not be kept."};

// OpenMetrics 1.0, "Exemplars": names and values of all labels together.
constexpr std::size_t max_code_points = 128;
constexpr std::size_t id_code_points = 8 + TraceId::hex_digits + 7 + SpanId::hex_digits;

ExemplarSlot* slot_in(std::atomic<ExemplarSlot*>& place, bool with_extras) noexcept {
    ExemplarSlot* slot = place.load(std::memory_order_acquire);
    if (slot != nullptr) return slot;
    ExemplarSlot* fresh = ExemplarSlot::create(with_extras);
    if (fresh == nullptr) return nullptr;
    if (place.compare_exchange_strong(slot, fresh, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return fresh;
    }
    ExemplarSlot::destroy(fresh);
    return slot;
}

}  // namespace

std::string extra_label(const Field& field) {
    return to_label_name(field.label_name().empty() ? field.log_name() : field.label_name());
}

ExemplarRules::ExemplarRules(ExemplarPolicy policy) : policy_(std::move(policy)) {
    const PublishedFields fields = published_fields();
    for (const std::string& key : policy_.extras) {
        const Field* field = fields.set.find(key);
        if (field != nullptr) extras_.push_back({*field, extra_label(*field)});
    }
}

void ExemplarRules::pack_extras(const Baggage& baggage, StoredExemplar& exemplar) const noexcept {
    std::size_t left = max_code_points - id_code_points;
    for (std::size_t i = 0; i < extras_.size(); ++i) {
        FieldScratch scratch;  // NOLINT(*-member-init): written before it is read
        const auto found = extras_[i].field.find_in(baggage, scratch);
        if (!found || found->empty() || !is_valid_utf8(*found)) continue;
        const std::string_view value =
            utf8_prefix(*found, std::min(extras_[i].field.max_bytes(), std::size_t{255}));
        const std::size_t needed = extras_[i].label.size() + count_code_points(value);
        if (needed > left || exemplar.extras_size + 2 + value.size() > max_extras_bytes) continue;
        left -= needed;
        char* out = exemplar.extras.data() + exemplar.extras_size;
        out[0] = static_cast<char>(i);
        out[1] = static_cast<char>(value.size());
        std::memcpy(out + 2, value.data(), value.size());
        exemplar.extras_size += 2 + value.size();
    }
}

/// Calls visit(label, value) for each packed extra.
template <typename Visit>
void ExemplarRules::visit_extras(const StoredExemplar& exemplar, Visit visit) const {
    std::string_view packed = exemplar.packed_extras();
    while (packed.size() >= 2) {
        const auto index = static_cast<unsigned char>(packed[0]);
        const auto size = static_cast<unsigned char>(packed[1]);
        visit(extras_[index].label, packed.substr(2, size));
        packed.remove_prefix(2U + size);
    }
}

void ExemplarRules::offer(std::atomic<ExemplarSlot*>& place, const Node& node,
                          double value) const noexcept {
    const std::int64_t min_age = policy_.min_age.count();
    const std::int64_t max_age = policy_.max_age.count();
    const std::int64_t now = coarse_unix_ms();
    ExemplarSlot* present = place.load(std::memory_order_acquire);
    if (present != nullptr && !present->is_due(now, min_age, max_age)) {
        present->note_early();
        return;
    }
    if (!node.trace_id.is_valid() || !node.span_id.is_valid()) return;
    if (!node.span->keep()) {
        exemplars_refused.add();
        return;
    }
    ExemplarSlot* slot = slot_in(place, !extras_.empty());
    if (slot == nullptr) return;
    StoredExemplar exemplar;
    exemplar.trace_id = node.trace_id;
    exemplar.span_id = node.span_id;
    exemplar.value = value;
    exemplar.unix_ms = now;
    if (!extras_.empty()) pack_extras(node.baggage, exemplar);
    if (slot->store(exemplar, min_age, max_age)) node.span->on_exemplar();
}

bool ExemplarRules::read(const std::atomic<ExemplarSlot*>& place, std::int64_t now_ms,
                         StoredExemplar& exemplar) const noexcept {
    const ExemplarSlot* slot = place.load(std::memory_order_acquire);
    if (slot == nullptr || !slot->read(exemplar)) return false;
    return now_ms - exemplar.unix_ms <= policy_.max_age.count();
}

void ExemplarRules::append(std::string& out, const StoredExemplar& exemplar) const {
    static constexpr std::string_view frame =
        " # {trace_id=\"00000000000000000000000000000000\",span_id=\"0000000000000000\"";
    constexpr std::size_t trace_at = frame.find('0');
    constexpr std::size_t span_at = frame.find("\"0000000000000000\"") + 1;
    const std::size_t start = out.size();
    out.append(frame);
    exemplar.trace_id.write_hex(out.data() + start + trace_at);
    exemplar.span_id.write_hex(out.data() + start + span_at);
    visit_extras(exemplar, [&](const std::string& label, std::string_view value) {
        out.append(",").append(label).append("=\"");
        append_escaped(out, value);
        out += '"';
    });
    out += "} ";
    append_number(out, exemplar.value);
    out += ' ';
    append_seconds(out, exemplar.unix_ms);
}

Exemplar ExemplarRules::to_public(const StoredExemplar& exemplar) const {
    Exemplar seen;
    seen.labels.emplace_back("trace_id", exemplar.trace_id.to_string());
    seen.labels.emplace_back("span_id", exemplar.span_id.to_string());
    visit_extras(exemplar, [&](const std::string& label, std::string_view value) {
        seen.labels.emplace_back(label, value);
    });
    seen.value = exemplar.value;
    seen.unix_ms = exemplar.unix_ms;
    return seen;
}

}  // namespace ctx::detail
