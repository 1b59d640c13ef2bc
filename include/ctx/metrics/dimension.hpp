// ctx/metrics/dimension.hpp: a label whose value comes from the request's baggage.
//
//     auto rides = ctx::CounterFamily::create({
//         .name = "rides_total", .help = "Rides by customer.",
//         .dimensions = {ctx::Dimension{"customer"}.default_value("none").at_most(100)}});
//
// The key must be declared with a label name in the published FieldSet; that name is the label.
// Baggage comes from strangers, so every dimension is bounded: what does not fit shows as "other",
// in this label only, and the total stays exact. Who has a place keeps it, unless keep_busiest() or
// forget_after() says otherwise; then places change hands when the page is read.
//
// Threads   A value.
// Errors    Nothing fails here; CounterFamily::create() and its siblings refuse contradictions.
// Cost      Declared once, at start.

#pragma once

#include <ctx/baggage/baggage_key.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// One dimension of a metric family. Each function returns a changed copy.
class CTX_EXPORT Dimension {
public:
    explicit Dimension(BaggageKey key) : key_(key.text()) {}

    /// The label's value for requests that do not carry the entry. If not given: the default of
    /// the declared Field; an empty value leaves the label out.
    [[nodiscard]] Dimension default_value(std::string_view value) const;

    /// Admits that many different values, first come, first served; 100 if not given. The default,
    /// the overflow value and those of always() do not count.
    [[nodiscard]] Dimension at_most(std::size_t values) const;

    /// Admits these values and no others: the same as always() and at_most(0).
    [[nodiscard]] Dimension one_of(std::vector<std::string> values) const;

    /// Reserves a place for these values, however many others came before them.
    [[nodiscard]] Dimension always(std::vector<std::string> values) const;

    /// Admits only values of this form, at most at_most() of them: `*` stands for any text, `?` for
    /// one byte, everything else for itself. "eu-*"
    [[nodiscard]] Dimension matching(std::string_view pattern) const;

    /// Off if not given: once at_most() values have places, places pass to values that more requests
    /// carry. What the loser counted moves into the overflow value: the total stays exact and no
    /// series falls, but increase() of the overflow value jumps. A loser that comes back starts
    /// at 0. Requests older than `half_life` weigh half. Costs a lock per request and family, and per
    /// update where a request updates more than four label rows.
    [[nodiscard]] Dimension keep_busiest(std::chrono::milliseconds half_life = std::chrono::minutes{
                                             10}) const;

    /// Off if not given: a value that no request carried for so long loses its place, in the same
    /// way and at the same cost.
    [[nodiscard]] Dimension forget_after(std::chrono::milliseconds idle) const;

    /// Values of more bytes count as overflow, at most and if not given 64.
    [[nodiscard]] Dimension max_bytes(std::size_t bytes) const;

    /// What stands for values that are not admitted, too long or no valid UTF-8; "other" if not
    /// given.
    [[nodiscard]] Dimension overflow_value(std::string_view value) const;

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] const std::optional<std::string>& default_value() const noexcept {
        return default_;
    }
    [[nodiscard]] std::size_t at_most() const noexcept { return at_most_; }
    [[nodiscard]] const std::vector<std::string>& always() const noexcept { return always_; }
    [[nodiscard]] const std::optional<std::string>& pattern() const noexcept { return pattern_; }
    /// 0: off.
    [[nodiscard]] std::chrono::milliseconds half_life() const noexcept { return half_life_; }
    [[nodiscard]] std::chrono::milliseconds forget_after() const noexcept { return forget_after_; }
    /// Whether values can lose their places.
    [[nodiscard]] bool evicts() const noexcept {
        return half_life_.count() > 0 || forget_after_.count() > 0;
    }
    [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_; }
    [[nodiscard]] const std::string& overflow_value() const noexcept { return overflow_; }

private:
    std::string key_;
    std::optional<std::string> default_;
    std::string overflow_ = "other";
    std::vector<std::string> always_;
    std::optional<std::string> pattern_;
    std::chrono::milliseconds half_life_{0};
    std::chrono::milliseconds forget_after_{0};
    std::size_t at_most_ = 100;
    std::size_t max_bytes_ = 64;
};

}  // namespace ctx
