// Requests as the metrics layer sees them: contexts with baggage and a span.

#pragma once

#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <atomic>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::test {

/// A recorded span that promises to stay, or not.
class FakeSpan final : public RecordingSpan {
public:
    explicit FakeSpan(bool keeps) : keeps_(keeps) {}

    bool keep() noexcept override {
        asked_.fetch_add(1, std::memory_order_relaxed);
        return keeps_;
    }
    void on_exemplar() noexcept override { exemplars_.fetch_add(1, std::memory_order_relaxed); }
    void add_event(std::string_view /*name*/,
                   std::span<const Attribute> /*attributes*/) noexcept override {}

    [[nodiscard]] int exemplars() const noexcept {
        return exemplars_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] int asked() const noexcept { return asked_.load(std::memory_order_relaxed); }

private:
    bool keeps_;
    std::atomic<int> asked_{0};
    std::atomic<int> exemplars_{0};
};

/// customer and tier are labels, session only shows in logs.
inline void publish_test_fields() {
    auto fields = FieldSet::create({Field{"customer"}.label("customer"),
                                    Field{"tier"}.label("tier").default_value("basic"),
                                    Field{"session"}.log().log_as("session.id").max_bytes(255),
                                    Field{"note"}.log().max_bytes(255), Field{"secret"}});
    if (!fields.ok()) throw std::logic_error(std::string(fields.status().message()));
    publish_fields(*std::move(fields));
}

inline Context request_with(
    std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
    Baggage baggage;
    for (const auto& [key, value] : entries)
        baggage = baggage.set(*BaggageKey::parse(key), value);
    return Context{}.with_baggage(baggage);
}

inline const SpanContext& known_span() {
    static const SpanContext span{*TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"),
                                  *SpanId::parse("00f067aa0ba902b7"),
                                  TraceFlags{TraceFlags::sampled_bit},
                                  {}};
    return span;
}

/// `request` within a sampled span that is recorded by `span`, which the context owns from now on.
inline Context sampled(const Context& request, FakeSpan* span) {
    return request.with_span(known_span(), RecordingSpanPtr::adopt(span));
}

using Labels = std::vector<std::pair<std::string, std::string>>;

inline const SeriesSnapshot* find_series(const std::vector<SeriesSnapshot>& all,
                                         const Labels& labels) {
    for (const SeriesSnapshot& series : all) {
        if (series.labels == labels) return &series;
    }
    return nullptr;
}

/// The value of one series; -1 if there is none.
inline double value_of(const MetricSource& family, const Labels& labels) {
    const auto families = family.read();
    const SeriesSnapshot* series = find_series(families.at(0).series, labels);
    return series == nullptr ? -1 : series->value;
}

inline double sum_of(const MetricSource& family) {
    double sum = 0;
    const auto families = family.read();
    for (const SeriesSnapshot& series : families.at(0).series)
        sum += series.value;
    return sum;
}

/// Of all labels together.
inline std::uint64_t stat(std::string_view name) {
    std::uint64_t sum = 0;
    for (const StatSample& sample : stats()) {
        if (sample.name == name) sum += sample.value;
    }
    return sum;
}

}  // namespace ctx::test
