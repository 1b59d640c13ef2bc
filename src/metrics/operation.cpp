#include <ctx/metrics/detail/bounded_names.hpp>
#include <ctx/metrics/detail/handle_cache.hpp>
#include <ctx/metrics/operation.hpp>

#include <new>
#include <utility>

namespace ctx {
namespace {

using detail::BoundedNames;

/// Kept names: their addresses are equal when they are.
struct OperationKey {
    const std::string* name;
    const std::string* kind;
    const std::string* error;

    bool operator==(const OperationKey&) const = default;
    [[nodiscard]] std::size_t hash() const noexcept {
        const std::size_t names =
            detail::mix(reinterpret_cast<std::size_t>(name), reinterpret_cast<std::size_t>(kind));
        return detail::mix(names, reinterpret_cast<std::size_t>(error)) >> 32U;
    }
};

}  // namespace

struct OperationMetrics::State {
    State(const OperationMetricsOptions& options, std::shared_ptr<HistogramFamily> family)
        : names(options.max_operations),
          kinds(16),
          errors(options.max_errors),
          seconds(std::move(family)),
          handles(options.max_series) {}

    BoundedNames names;
    BoundedNames kinds;
    BoundedNames errors;
    std::shared_ptr<HistogramFamily> seconds;
    detail::HandleCache<OperationKey, Histogram> handles;
};

OperationMetrics::OperationMetrics(std::unique_ptr<State> state) : state_(std::move(state)) {}

OperationMetrics::~OperationMetrics() = default;

absl::StatusOr<std::shared_ptr<OperationMetrics>> OperationMetrics::create(
    OperationMetricsOptions options) {
    auto family = HistogramFamily::create({.name = options.name,
                                           .help = options.help,
                                           .unit = "seconds",
                                           .bounds = options.bounds,
                                           .labels = {"operation", "span_kind", "error_type"},
                                           .dimensions = options.dimensions,
                                           .max_series = options.max_series,
                                           .exemplars = options.exemplars});
    if (!family.ok()) return family.status();
    auto state = std::make_unique<State>(options, *std::move(family));
    return std::shared_ptr<OperationMetrics>(new OperationMetrics{std::move(state)});
}

Operation OperationMetrics::start(std::string_view name, std::string_view kind) {
    return Operation{shared_from_this(), state_->names.find_or_add(name),
                     state_->kinds.find_or_add(kind), state_->errors.find_or_add({})};
}

void OperationMetrics::write(PageWriter& page) const {
    state_->seconds->write(page);
}

std::vector<FamilySnapshot> OperationMetrics::read() const {
    return state_->seconds->read();
}

void Operation::fail(std::string_view error) noexcept {
    if (!metrics_ || !error_->empty()) return;
    error_ = metrics_->state_->errors.find_or_add(error.empty() ? detail::other_name : error);
}

void Operation::end() noexcept {
    if (!metrics_) return;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
    const auto metrics = std::exchange(metrics_, nullptr);
    OperationMetrics::State& state = *metrics->state_;
    try {
        Histogram& series = state.handles.find_or_make({name_, kind_, error_}, [&] {
            return state.seconds->with({*name_, *kind_, *error_});
        });
        series.observe(took.count());
    } catch (const std::bad_alloc&) {
        detail::lose_update();
    }
}

}  // namespace ctx
