// ctx/context/audit.hpp: hears what the declaration of fields did to the baggage of requests.
//
//     ctx::set_audit_callback([](const ctx::AuditEvent& event) noexcept {
//         audit_log.append(event.key, to_string(event.action), to_string(event.reason), event.who);
//     });
//
// Who set, overrode or removed an entry; what was dropped, truncated, expired, withheld. Values are
// never handed over, only their sizes.
//
// Threads   The callback may be called from any thread, several at once.
// Errors    It must not throw. What it causes itself on the same thread (it may well log, and set
//           baggage) is done, but not told again.
// Cost      Without a callback one atomic load where something is changed, and none elsewhere.
//           The numbers are in ctx::stats() as well: ctx_baggage_fields_dropped_total and so on.

#pragma once

#include <ctx/baggage/governance.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <string_view>

namespace ctx {

/// One thing that was done. The texts are valid during the call only.
struct AuditEvent {
    FieldAction action;
    FieldReason reason;
    std::string_view key;  ///< of the entry; `bag 10 field 3` for a part of a typed bag
    std::string_view who;  ///< `file:line` of the program, or `inject to partner` and the like
    std::size_t size_before;
    std::size_t size_after;
};

using AuditCallback = void (*)(const AuditEvent&) noexcept;

/// Replaces the callback; null silences. @return the one before.
CTX_EXPORT AuditCallback set_audit_callback(AuditCallback callback) noexcept;

}  // namespace ctx
