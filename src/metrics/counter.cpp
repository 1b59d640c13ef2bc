#include "metrics/metric_text.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/page_writer.hpp>

namespace ctx {
namespace {

using detail::CounterSeries;

constexpr std::string_view suffix = "_total";

}  // namespace

detail::CounterSeries::~CounterSeries() {
    reset();
}

void detail::CounterSeries::move_into(Series& target) noexcept {
    auto& other = static_cast<CounterSeries&>(target);
    other.whole.fetch_add(whole.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
    add_relaxed(other.fraction, fraction.exchange(0, std::memory_order_relaxed));
}

void detail::CounterSeries::reset() noexcept {
    ExemplarSlot::destroy(exemplar.exchange(nullptr, std::memory_order_acq_rel));
}

absl::StatusOr<std::shared_ptr<CounterFamily>> CounterFamily::create(CounterOptions options) {
    if (options.name.ends_with(suffix)) {
        options.name.resize(options.name.size() - suffix.size());
    }
    detail::FamilyDeclaration declaration{.name = std::move(options.name),
                                          .type = MetricType::counter,
                                          .help = std::move(options.help),
                                          .unit = std::move(options.unit),
                                          .labels = std::move(options.labels),
                                          .dimensions = std::move(options.dimensions),
                                          .max_series = options.max_series,
                                          .exemplars = std::move(options.exemplars)};
    if (auto status = check(declaration); !status.ok()) return status;
    std::shared_ptr<CounterFamily> family{new CounterFamily{std::move(declaration)}};
    family->make_first_series();
    return family;
}

CounterFamily::CounterFamily(detail::FamilyDeclaration declaration)
    : Family(std::move(declaration)) {}

Counter CounterFamily::with(std::span<const std::string_view> values) {
    return Counter{row(values), shared_from_this()};
}

std::unique_ptr<detail::Series> CounterFamily::make_series() const {
    return std::make_unique<CounterSeries>();
}

void CounterFamily::write_series(PageWriter& page, const detail::Series& series) const {
    const auto& counter = static_cast<const CounterSeries&>(series);
    detail::StoredExemplar exemplar;
    const bool shown =
        page.openmetrics() && exemplars().read(counter.exemplar, page.unix_ms(), exemplar);
    std::string& text = page.text();
    text.append(declaration().name).append(suffix);
    if (!series.labels.empty()) text.append("{").append(series.labels).append("}");
    text += ' ';
    const std::uint64_t whole = counter.whole.load(std::memory_order_relaxed);
    const double fraction = counter.fraction.load(std::memory_order_relaxed);
    if (fraction == 0) {
        detail::append_number(text, whole);
    } else {
        detail::append_number(text, static_cast<double>(whole) + fraction);
    }
    if (shown) exemplars().append(text, exemplar);
    text += '\n';
}

void CounterFamily::read_series(const detail::Series& series, SeriesSnapshot& snapshot) const {
    const auto& counter = static_cast<const CounterSeries&>(series);
    detail::StoredExemplar exemplar;
    if (exemplars().read(counter.exemplar, detail::coarse_unix_ms(), exemplar)) {
        snapshot.exemplar = exemplars().to_public(exemplar);
    }
    snapshot.value = static_cast<double>(counter.whole.load(std::memory_order_relaxed)) +
                     counter.fraction.load(std::memory_order_relaxed);
}

}  // namespace ctx
