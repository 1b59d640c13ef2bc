// ctx/baggage/governance.hpp: what a declaration makes of a Baggage when it is set, comes in,
// leaves.
//
//     ctx::FieldReport report;
//     auto sent = ctx::outgoing(baggage, fields, ctx::Destination::partner, &report);
//     report.count(ctx::FieldAction::withheld);       // entries and bags that stayed here
//
// Pure functions of a Baggage and a FieldSet. Most programs need none of them: set_baggage()
// (ctx/context/governed_baggage.hpp), extract() and inject() apply the published FieldSet.
//
// An entry with one value that no rule touches stays byte for byte, in the atoms and in the
// spelling of its header member; so do bags that may pass. An entry that a rule changes keeps the
// one value that readers see. What is held back leaves no overflow marker; markers that were there
// stay where they are.
//
// Threads   Pure functions. A report belongs to one call at a time.
// Errors    Nothing is an error: what was done is in the report. std::bad_alloc only.
// Cost      Nothing changes: a walk over the entries, no allocation. Else one more walk and one
//           allocation; a few more when more than eight entries change.

#pragma once

#include <ctx/baggage/field_set.hpp>
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctx {

/// What was done to an entry, or to a field of a typed bag.
enum class FieldAction : std::uint8_t {
    set,         // a new entry
    overridden,  // an entry that was there got another value
    removed,     // by the program
    dropped,     // not taken: the value that was to be set, or that came in
    truncated,   // cut to its size limit
    expired,     // not sent: its hops are used up
    withheld,    // not sent: it may not go there, or the header had no room
};
inline constexpr std::size_t field_actions = 7;

/// Why.
enum class FieldReason : std::uint8_t {
    program,     // the program asked for it
    undeclared,  // nobody declared it for that destination
    boundary,    // declared, but not for that destination
    type,        // not of the declared type
    size,        // over the declared limit
    ttl,         // used up
    room,        // the header was too long
};

/// "set", "overridden" and so on; static storage.
[[nodiscard]] CTX_EXPORT std::string_view to_string(FieldAction action) noexcept;
[[nodiscard]] CTX_EXPORT std::string_view to_string(FieldReason reason) noexcept;

/// One thing that was done. Sizes are those of the value in bytes, or of a bag's atoms. The key of
/// a part of a typed bag reads `bag 10` or `bag 10 field 3`. Borrowed for the call.
struct FieldEvent {
    FieldAction action;
    FieldReason reason;
    std::string_view key;
    std::size_t size_before = 0;
    std::size_t size_after = 0;
};

/// What was done, counted, and told one by one to whoever wants to hear it.
class FieldReport {
public:
    using Listener = void (*)(void* target, const FieldEvent& event) noexcept;

    FieldReport() noexcept = default;
    FieldReport(Listener listener, void* target) noexcept : listener_(listener), target_(target) {}

    [[nodiscard]] std::size_t count(FieldAction action) const noexcept {
        return counts_[static_cast<std::size_t>(action)];
    }
    void add(const FieldEvent& event) noexcept {
        ++counts_[static_cast<std::size_t>(event.action)];
        if (listener_ != nullptr) {
            listener_(target_, event);
        }
    }

private:
    std::array<std::size_t, field_actions> counts_{};
    Listener listener_ = nullptr;
    void* target_ = nullptr;
};

/// What may leave for `to`. Entries and bags that may not go there are withheld: undeclared ones
/// go inside only, declared ones as far as their Send. Of a typed bag partners and outsiders get
/// the declared fields alone. A ttl is counted down, and an entry without hops left expires. Of
/// candidates that a join left, the header shows the one of the merge rule.
/// @return `baggage` itself when nothing changes.
[[nodiscard]] CTX_EXPORT Baggage outgoing(const Baggage& baggage, const FieldSet& fields,
                                          Destination to, FieldReport* report = nullptr);

/// What is accepted of a Baggage that came from `from`: of partners and outsiders only what may be
/// sent to them; values of the declared type; text cut to its limit between characters, longer
/// numbers dropped; a ttl of at most the declared one, which stands for a missing or malformed one
/// as well.
/// @return `baggage` itself when nothing changes.
[[nodiscard]] CTX_EXPORT Baggage admitted(const Baggage& baggage, const FieldSet& fields,
                                          Destination from, FieldReport* report = nullptr);

/// Baggage::set() as the declaration allows it: within its size, of its type, with its ttl. A
/// value that is not of the type, or a number over the limit, is dropped: `baggage` comes back.
[[nodiscard]] CTX_EXPORT Baggage set_governed(const Baggage& baggage, const FieldSet& fields,
                                              BaggageKey key, std::string_view value,
                                              FieldReport* report = nullptr);

/// `baggage` without the entries for which a `baggage` header within the limits has no room: those
/// of the lowest priority go first, of equal ones the greatest key, each whole. `baggage` itself
/// when there is room.
[[nodiscard]] CTX_EXPORT Baggage fit_header(const Baggage& baggage, const FieldSet& fields,
                                            BaggageLimits limits = {},
                                            FieldReport* report = nullptr);

}  // namespace ctx
