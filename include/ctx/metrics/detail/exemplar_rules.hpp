// What turns an observation into an exemplar: the policy of one family, and the baggage fields that
// ride along.

#pragma once

#include <ctx/context/detail/node.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/detail/exemplar_slot.hpp>
#include <ctx/metrics/exemplar.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace ctx::detail {

class CTX_EXPORT ExemplarRules {
public:
    /// Extras that the published fields do not declare are left out.
    explicit ExemplarRules(ExemplarPolicy policy);

    /// Stores the observation in `place` if its gate is open and the trace is kept.
    void offer(std::atomic<ExemplarSlot*>& place, const Node& node, double value) const noexcept;

    /// The exemplar in `place` if it is to be shown at `now_ms`.
    [[nodiscard]] bool read(const std::atomic<ExemplarSlot*>& place, std::int64_t now_ms,
                            StoredExemplar& exemplar) const noexcept;
    /// ` # {…} value timestamp`
    void append(std::string& out, const StoredExemplar& exemplar) const;
    [[nodiscard]] Exemplar to_public(const StoredExemplar& exemplar) const;

private:
    struct Extra {
        Field field;
        std::string label;
    };
    void pack_extras(const Baggage& baggage, StoredExemplar& exemplar) const noexcept;
    template <typename Visit>
    void visit_extras(const StoredExemplar& exemplar, Visit visit) const;

    ExemplarPolicy policy_;
    std::vector<Extra> extras_;
};

/// The name of a field on exemplars.
[[nodiscard]] CTX_EXPORT std::string extra_label(const Field& field);

/// Whether an observation made under `node` may become an exemplar.
/// @param rules  null: the family has none. @param draw  as in ExemplarSlot::wants_another().
[[nodiscard]] inline bool may_be_exemplar(const ExemplarRules* rules, const Node* node,
                                          const std::atomic<ExemplarSlot*>& place,
                                          std::uint64_t draw) noexcept {
    if (rules == nullptr || node == nullptr || !node->flags.sampled() || !node->span) return false;
    const ExemplarSlot* slot = place.load(std::memory_order_acquire);
    return slot == nullptr || slot->wants_another(draw);
}

}  // namespace ctx::detail
