// Which entries a header that is too long does without.

#include "baggage/rewrite.hpp"
#include "baggage/spelled_members.hpp"
#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/governance.hpp>

#include <algorithm>
#include <vector>

namespace ctx {
namespace {

struct Candidate {
    std::string_view key;
    std::size_t value_size;
    std::size_t member_size;
    int priority;
};

/// The size that the entry takes in the header; 0 when no header can say it.
std::size_t member_size_of(const BaggageEntry& entry, detail::SpelledMembers& spelled) noexcept {
    if (const auto* member = spelled.find(entry.key)) {
        return member->text_size;
    }
    if (!detail::is_token(entry.key)) {
        return 0;
    }
    return entry.key.size() + 1 + detail::encoded_size(entry.value) +
           (entry.properties.empty() ? 0 : 1 + entry.properties.size());
}

std::vector<Candidate> members_of(const Baggage& baggage, const FieldSet& fields) {
    std::vector<Candidate> members;
    detail::SpelledMembers spelled(baggage.buffer()->text());
    for (const BaggageEntry& entry : baggage) {
        const std::size_t size = member_size_of(entry, spelled);
        if (size != 0) {
            const Field* const field = fields.find_entry(entry.key);
            members.push_back(
                {entry.key, entry.value.size(), size, field == nullptr ? 0 : field->priority()});
        }
    }
    return members;
}

/// Moves the members without room to the end. @return how many have room.
std::size_t keep_what_fits(std::vector<Candidate>& members, BaggageLimits limits) {
    std::sort(members.begin(), members.end(), [](const Candidate& a, const Candidate& b) {
        return a.priority != b.priority ? a.priority > b.priority : a.key < b.key;
    });
    std::size_t bytes = 0;
    std::size_t kept = 0;
    for (const Candidate& member : members) {
        const std::size_t with_comma = member.member_size + (kept == 0 ? 0 : 1);
        if (kept == limits.max_members || bytes + with_comma > limits.max_bytes) {
            break;
        }
        bytes += with_comma;
        ++kept;
    }
    return kept;
}

std::vector<detail::EntryChange> without(const Baggage& baggage,
                                         std::span<const Candidate> unwanted) {
    std::vector<std::string_view> keys;
    for (const Candidate& member : unwanted) {
        keys.push_back(member.key);
    }
    std::sort(keys.begin(), keys.end());
    std::vector<detail::EntryChange> changes;
    detail::StringWalker walker(baggage.atoms());
    detail::EntryChange change;
    change.dropped = true;
    while (walker.next(change.entry)) {
        if (std::binary_search(keys.begin(), keys.end(), change.entry.key)) {
            changes.push_back(change);
        }
    }
    return changes;
}

}  // namespace

Baggage fit_header(const Baggage& baggage, const FieldSet& fields, BaggageLimits limits,
                   FieldReport* report) {
    if (baggage.empty()) {
        return baggage;
    }
    const std::string_view text = baggage.text();
    // A member takes at least a key, "=" and a separator: most texts need no count.
    if (!text.empty() && text.size() <= limits.max_bytes && text.size() / 3 < limits.max_members) {
        return baggage;
    }
    // A byte takes three at most, and an entry is at least five.
    const std::size_t atoms = baggage.atoms().size();
    if (3 * atoms <= limits.max_bytes && atoms / 5 < limits.max_members && text.empty()) {
        return baggage;
    }
    std::vector<Candidate> members = members_of(baggage, fields);
    const std::size_t kept = keep_what_fits(members, limits);
    const auto unwanted = std::span<const Candidate>(members).subspan(kept);
    if (report != nullptr) {
        for (const Candidate& member : unwanted) {
            report->add(
                {FieldAction::withheld, FieldReason::room, member.key, member.value_size, 0});
        }
    }
    return detail::rewrite(baggage, without(baggage, unwanted), {});
}

}  // namespace ctx
