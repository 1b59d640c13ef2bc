// What may leave and what is accepted: a judgement of each string entry, then one rewriting.

#include "baggage/bag_limits.hpp"
#include "baggage/field_value.hpp"
#include "baggage/rewrite.hpp"
#include "baggage/string_bag.hpp"
#include <ctx/baggage/governance.hpp>
#include <ctx/baggage/utf8.hpp>

#include <string>
#include <vector>

namespace ctx {

using detail::EntryChange;
using detail::StringEntry;

namespace {

/// One entry before its judge.
struct Case {
    const Field* field;  // null: undeclared
    std::string_view body;
    std::optional<std::string_view> shown;   // by the header: the least candidate
    std::optional<std::string_view> chosen;  // by the declaration
    EntryChange& change;

    /// Takes the chosen value, or a part of it, with the properties of the whole.
    void take(std::string_view value) noexcept {
        std::optional<std::string_view> properties;
        detail::fold_properties(body, *chosen, properties);
        change.value = value;
        change.properties = properties.value_or(std::string_view{});
        change.respelled = value != shown;
    }
};

/// What the two directions share.
class Rules {
public:
    Rules(const FieldSet& fields, Destination peer, FieldReport* report) noexcept
        : fields_(fields), peer_(peer), report_(report) {}

    [[nodiscard]] const FieldSet& fields() const noexcept { return fields_; }
    [[nodiscard]] Destination peer() const noexcept { return peer_; }
    [[nodiscard]] FieldReport* report() const noexcept { return report_; }

protected:
    /// @return nothing when the entry may pass the boundary.
    [[nodiscard]] std::optional<FieldReason> barrier(const Field* field) const noexcept {
        if (field == nullptr) {
            return peer_ == Destination::inside ? std::nullopt
                                                : std::optional{FieldReason::undeclared};
        }
        return reaches(field->send(), peer_) ? std::nullopt : std::optional{FieldReason::boundary};
    }

    [[nodiscard]] bool drop(const Case& entry, FieldAction action,
                            FieldReason reason) const noexcept {
        entry.change.dropped = true;
        tell(entry, action, reason, 0);
        return true;
    }

    void tell(const Case& entry, FieldAction action, FieldReason reason,
              std::size_t size_after) const noexcept {
        if (report_ != nullptr) {
            const auto& value = entry.chosen.has_value() ? entry.chosen : entry.shown;
            report_->add({action, reason, entry.change.entry.key,
                          value.value_or(std::string_view{}).size(), size_after});
        }
    }

private:
    const FieldSet& fields_;
    Destination peer_;
    FieldReport* report_;
};

class LeavingRules : public Rules {
public:
    static constexpr FieldAction refusal = FieldAction::withheld;
    using Rules::Rules;

    [[nodiscard]] bool restricts_bags() const noexcept { return fields().restricts_bags(peer()); }

    /// Whether something about the entry changes.
    [[nodiscard]] bool judge(Case entry) const noexcept {
        if (const auto reason = barrier(entry.field)) {
            return drop(entry, refusal, *reason);
        }
        if (entry.field == nullptr || !entry.chosen.has_value()) {
            return false;
        }
        entry.take(*entry.chosen);
        if (!entry.field->ttl().has_value()) {
            return entry.change.respelled;
        }
        const std::uint32_t hops =
            detail::read_ttl(entry.change.properties, *entry.field->ttl()).hops;
        if (hops == 0) {
            return drop(entry, FieldAction::expired, FieldReason::ttl);
        }
        entry.change.ttl = hops - 1;
        return true;
    }
};

class ArrivalRules : public Rules {
public:
    static constexpr FieldAction refusal = FieldAction::dropped;
    using Rules::Rules;

    [[nodiscard]] bool restricts_bags() const noexcept { return peer() != Destination::inside; }

    [[nodiscard]] bool judge(Case entry) const noexcept {
        // Inside, who sends what stays with its sender is trusted to mean it.
        const auto reason = peer() == Destination::inside ? std::nullopt : barrier(entry.field);
        if (reason.has_value()) {
            return drop(entry, refusal, *reason);
        }
        if (entry.field == nullptr || !entry.shown.has_value()) {
            return false;
        }
        if (!entry.chosen.has_value()) {
            return drop(entry, refusal, FieldReason::type);
        }
        const std::string_view value = within_limit(*entry.field, *entry.chosen);
        const bool cut = value.size() < entry.chosen->size();
        if (cut && entry.field->type() != EntryType::string) {
            return drop(entry, refusal, FieldReason::size);
        }
        entry.take(value);
        if (cut) {
            tell(entry, FieldAction::truncated, FieldReason::size, value.size());
        }
        return cap_ttl(entry) || cut || has_unfit_candidates(*entry.field, entry.body);
    }

    static std::string_view within_limit(const Field& field, std::string_view value) noexcept {
        return field.limits_size() ? utf8_prefix(value, field.max_bytes()) : value;
    }

private:
    static bool cap_ttl(Case& entry) noexcept {
        if (!entry.field->ttl().has_value()) {
            return false;
        }
        const detail::TtlProperty ttl =
            detail::read_ttl(entry.change.properties, *entry.field->ttl());
        if (!ttl.as_written) {
            entry.change.ttl = ttl.hops;
        }
        return !ttl.as_written;
    }

    // Values that lost against the chosen one, but would break the rules if they came first later.
    static bool has_unfit_candidates(const Field& field, std::string_view body) noexcept {
        AtomReader reader(body);
        while (const auto atom = reader.next()) {
            if (detail::prefix_of(*atom) >= detail::first_header) {
                return false;
            }
            if (!atom->empty() &&
                (!detail::is_of_type(atom->substr(1), field.type()) ||
                 within_limit(field, atom->substr(1)).size() + 1 < atom->size())) {
                return true;
            }
        }
        return false;
    }
};

template <typename Judge>
void judge_entries(const Baggage& baggage, const Judge& judge,
                   std::pmr::vector<EntryChange>& changes) {
    const std::string_view atoms = baggage.atoms();
    detail::StringWalker walker(atoms);
    StringEntry entry;
    while (walker.next(entry)) {
        const std::string_view body = detail::body_of(atoms, entry);
        std::optional<std::string_view> shown;
        detail::fold_value(body, shown);
        const Field* const field = judge.fields().find_entry(entry.key);
        std::optional<std::string_view> chosen;
        if (field != nullptr) {
            detail::fold_candidates(*field, body, chosen);
        }
        EntryChange change;
        change.entry = entry;
        if (judge.judge({field, body, shown, chosen, change})) {
            changes.push_back(change);
        }
    }
}

template <typename Judge>
Baggage apply(const Baggage& baggage, const Judge& judge) {
    if (baggage.empty()) {
        return baggage;
    }
    detail::BagRules bags;
    if (judge.restricts_bags()) {
        bags = {&judge.fields(), judge.peer(), Judge::refusal, judge.report()};
    }
    detail::EntryChanges changes;
    judge_entries(baggage, judge, changes.items());
    return detail::rewrite(baggage, changes.items(), bags);
}

/// Why a value must not be set, if so. @param field  null: undeclared
std::optional<FieldReason> refusal_of(const Field* field, std::string_view value) noexcept {
    if (field == nullptr || field->type() == EntryType::string) {
        return std::nullopt;
    }
    if (!detail::is_of_type(value, field->type())) {
        return FieldReason::type;
    }
    return ArrivalRules::within_limit(*field, value).size() < value.size()
               ? std::optional{FieldReason::size}
               : std::nullopt;
}

void tell(FieldReport* report, const FieldEvent& event) noexcept {
    if (report != nullptr) {
        report->add(event);
    }
}

}  // namespace

Baggage outgoing(const Baggage& baggage, const FieldSet& fields, Destination to,
                 FieldReport* report) {
    return fields.restricts_sending(to) ? apply(baggage, LeavingRules(fields, to, report))
                                        : baggage;
}

Baggage admitted(const Baggage& baggage, const FieldSet& fields, Destination from,
                 FieldReport* report) {
    if (!fields.restricts_admission(from)) {
        return baggage;
    }
    return detail::within_bag_limits(apply(baggage, ArrivalRules(fields, from, report)), fields,
                                     report);
}

Baggage set_governed(const Baggage& baggage, const FieldSet& fields, BaggageKey key,
                     std::string_view value, FieldReport* report) {
    const Field* const field = fields.find_entry(key.text());
    std::string mended;  // first, because it may be longer
    if (!is_valid_utf8(value)) {
        append_valid_utf8(mended, value);
        value = mended;
    }
    if (const auto reason = refusal_of(field, value)) {
        tell(report, {FieldAction::dropped, *reason, key.text(), value.size(), 0});
        return baggage;
    }
    const std::string_view kept =
        field == nullptr ? value : ArrivalRules::within_limit(*field, value);
    std::string properties;
    if (field != nullptr && field->ttl().has_value()) {
        properties = "ttl=" + std::to_string(*field->ttl());
    }
    Baggage changed = baggage.set(key, kept, properties);
    const auto before = baggage.find(key.text());
    tell(report,
         {before.has_value() ? FieldAction::overridden : FieldAction::set, FieldReason::program,
          key.text(), before.value_or(std::string_view{}).size(), kept.size()});
    if (kept.size() < value.size()) {
        tell(report,
             {FieldAction::truncated, FieldReason::size, key.text(), value.size(), kept.size()});
    }
    return changed;
}

std::string_view to_string(FieldAction action) noexcept {
    static constexpr std::array<std::string_view, field_actions> names = {
        "set", "overridden", "removed", "dropped", "truncated", "expired", "withheld"};
    return names[static_cast<std::size_t>(action)];
}

std::string_view to_string(FieldReason reason) noexcept {
    static constexpr std::array<std::string_view, 7> names = {
        "program", "undeclared", "boundary", "type", "size", "ttl", "room"};
    return names[static_cast<std::size_t>(reason)];
}

}  // namespace ctx
