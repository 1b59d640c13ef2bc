// Families whose label values can lose their places, and requests that use them.

#pragma once

#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/histogram.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ctx::test {

inline std::shared_ptr<CounterFamily> counters(std::vector<Dimension> dimensions,
                                               std::size_t max_series = 2000) {
    publish_test_fields();
    return *CounterFamily::create(
        {.name = "a", .help = "", .dimensions = std::move(dimensions), .max_series = max_series});
}

inline Dimension busiest_two() {
    return Dimension{"customer"}.at_most(2).keep_busiest(std::chrono::hours{1});
}

/// So many requests of a customer, each of which adds as much.
inline void requests(CounterFamily& family, const std::string& customer, int count,
                     std::uint64_t each = 1) {
    Counter counter = family.with();
    for (int i = 0; i < count; ++i) {
        Scope scope{request_with({{"customer", customer}})};
        counter.add(each);
    }
}

/// So many requests of a customer, each of which observes the value.
inline void observations(HistogramFamily& family, const std::string& customer, double value,
                         int count) {
    Histogram histogram = family.with();
    for (int i = 0; i < count; ++i) {
        Scope scope{request_with({{"customer", customer}})};
        histogram.observe(value);
    }
}

/// What the customer's series shows; -1 if there is none.
inline double of(const MetricSource& family, const std::string& customer) {
    return value_of(family, {{"customer", customer}});
}

/// Asks again and again until `condition` holds.
template <typename Condition>
[[nodiscard]] bool comes_true(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) return true;
    }
    return false;
}

}  // namespace ctx::test
