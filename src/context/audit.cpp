#include "context/audit.hpp"

#include <ctx/context/stats.hpp>

#include <array>
#include <atomic>
#include <cstdio>

namespace ctx {
namespace {

constinit std::atomic<AuditCallback> installed_callback{nullptr};
constinit thread_local bool inside_callback = false;

// In the order of FieldAction.
std::array<Stat, field_actions> actions{{
    {"ctx_baggage_fields_set_total", "Baggage entries that set_baggage() added."},
    {"ctx_baggage_fields_overridden_total", "Baggage entries that set_baggage() replaced."},
    {"ctx_baggage_fields_removed_total", "Baggage entries that remove_baggage() took out."},
    {"ctx_baggage_fields_dropped_total",
     "Baggage fields that were not taken: not declared for the sender, of another type, too long."},
    {"ctx_baggage_fields_truncated_total", "Baggage values that were cut to their declared size."},
    {"ctx_baggage_fields_expired_total", "Baggage entries that were not sent: no hops left."},
    {"ctx_baggage_fields_withheld_total",
     "Baggage fields that were not sent: not declared for the receiver, or no room."},
}};

}  // namespace

AuditCallback set_audit_callback(AuditCallback callback) noexcept {
    return installed_callback.exchange(callback, std::memory_order_acq_rel);
}

bool detail::is_audited() noexcept {
    return installed_callback.load(std::memory_order_relaxed) != nullptr;
}

detail::Audit::~Audit() {
    for (std::size_t i = 0; i < field_actions; ++i) {
        const std::size_t count = report_.count(static_cast<FieldAction>(i));
        if (count != 0) actions[i].add(count);
    }
}

void detail::Audit::hear(void* self, const FieldEvent& event) noexcept {
    const AuditCallback callback = installed_callback.load(std::memory_order_acquire);
    if (callback == nullptr || inside_callback) return;
    const auto& audit = *static_cast<Audit*>(self);
    std::array<char, 256> place;  // NOLINT(*-member-init): written before it is read
    std::string_view who = audit.file_;
    if (audit.line_ != 0) {
        // The end of a path says more than its beginning.
        constexpr std::size_t room = 240;
        who = who.substr(who.size() > room ? who.size() - room : 0);
        const int size = std::snprintf(place.data(), place.size(), "%.*s:%d",
                                       static_cast<int>(who.size()), who.data(), audit.line_);
        who = {place.data(), static_cast<std::size_t>(size)};
    }
    inside_callback = true;
    callback({event.action, event.reason, event.key, who, event.size_before, event.size_after});
    inside_callback = false;
}

}  // namespace ctx
