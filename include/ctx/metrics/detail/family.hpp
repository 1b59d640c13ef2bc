// What counter, gauge and histogram families share: declaration, rows, admission of values, the
// list of series.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/detail/series.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/status.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::detail {

/// What the options of every kind of family have in common.
struct FamilyDeclaration {
    std::string name;  // without `_total`
    MetricType type = MetricType::unknown;
    std::string help;
    std::string unit;
    std::vector<std::string> labels;
    std::vector<Dimension> dimensions;
    std::size_t max_series = 0;
    ExemplarPolicy exemplars;
    std::size_t samples_per_series = 1;
};

struct FamilyState;

class CTX_EXPORT Family : public MetricSource {
public:
    Family(const Family&) = delete;
    Family& operator=(const Family&) = delete;
    ~Family() override;

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

    /// Number of series, for tests and self-observation.
    [[nodiscard]] std::size_t series_count() const noexcept;

protected:
    /// The message names the family and what is wrong with it.
    [[nodiscard]] static absl::Status check(const FamilyDeclaration& declaration);
    explicit Family(FamilyDeclaration declaration);

    [[nodiscard]] Row& row(std::span<const std::string_view> values);
    /// Makes the one series of a family without labels, so that it shows before it is first used.
    void make_first_series();

    [[nodiscard]] const FamilyDeclaration& declaration() const noexcept;

    [[nodiscard]] virtual std::unique_ptr<Series> make_series() const = 0;
    virtual void write_series(PageWriter& page, const Series& series) const = 0;
    virtual void read_series(const Series& series, SeriesSnapshot& snapshot) const = 0;

    [[nodiscard]] const ExemplarRules& exemplars() const noexcept;

private:
    friend struct Row;

    /// Before the list of series is walked. Where values can lose their places, now they do; while
    /// the result is held, nobody else's do.
    [[nodiscard]] std::unique_lock<std::mutex> begin_reading() const;
    [[nodiscard]] Series* resolve(Row& row, const Node* node);

    std::unique_ptr<FamilyState> state_;
};

}  // namespace ctx::detail
