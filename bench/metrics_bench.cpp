// Counters, histograms and pages beside their floor, a relaxed atomic add, and beside
// prometheus-cpp.

#include "support/allocations.hpp"
#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// Not in an anonymous namespace: the optimiser must expect others to read it.
std::atomic<std::uint64_t> floor_counter{0};

namespace {

constexpr int page_series = 10'000;

class KeptSpan final : public ctx::RecordingSpan {
public:
    bool keep() noexcept override { return true; }
    void add_event(std::string_view /*name*/,
                   std::span<const ctx::Attribute> /*attributes*/) noexcept override {}
};

const std::vector<ctx::Dimension>& three_dimensions() {
    static const std::vector<ctx::Dimension> dimensions = [] {
        ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"customer"}.label("customer"),
                                                    ctx::Field{"tier"}.label("tier"),
                                                    ctx::Field{"region"}.label("region")}));
        return std::vector{ctx::Dimension{"customer"}.at_most(20'000), ctx::Dimension{"tier"},
                           ctx::Dimension{"region"}};
    }();
    return dimensions;
}

ctx::Context request(const std::string& customer) {
    return ctx::Context{}.with_baggage(
        ctx::Baggage{}.set("customer", customer).set("tier", "gold").set("region", "eu-west-1"));
}

ctx::Context sampled(const ctx::Context& context) {
    return context.with_span(
        {ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false},
        ctx::RecordingSpanPtr::adopt(new KeptSpan));
}

ctx::Counter counter() {
    static const auto family = *ctx::CounterFamily::create(
        {.name = "rides", .help = "Rides.", .dimensions = three_dimensions()});
    return family->with();
}

ctx::Histogram histogram() {
    static const auto family = *ctx::HistogramFamily::create(
        {.name = "wait_seconds",
         .help = "Wait.",
         .bounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
         .dimensions = three_dimensions(),
         .max_series = 100});
    return family->with();
}

/// Values that fall into different buckets, in no order that a branch predictor knows by heart.
const std::array<double, 8192>& durations() {
    static const std::array<double, 8192> values = [] {
        std::array<double, 8192> made{};
        std::uint32_t state = 1;
        for (double& value : made) {
            state = state * 1664525 + 1013904223;
            value = static_cast<double>(state >> 20U) / 4096.0;
        }
        return made;
    }();
    return values;
}

void floor_relaxed_add(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        floor_counter.fetch_add(1, std::memory_order_relaxed);
}
BENCHMARK(floor_relaxed_add);

void counter_three_dimensions(benchmark::State& state) {
    ctx::Counter rides = counter();
    const ctx::Scope scope{request("c1")};
    rides.add();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        rides.add();
}
BENCHMARK(counter_three_dimensions);

void add_rides(benchmark::State& state, ctx::Counter rides, const std::string& customer) {
    const ctx::Scope scope{request(customer)};
    rides.add();
    for (auto _ : state)
        rides.add();
}

// Each thread works for a customer of its own.
void counter_two_threads(benchmark::State& state) {
    add_rides(state, counter(), "thread " + std::to_string(state.thread_index()));
}
BENCHMARK(counter_two_threads)->Threads(2);

// Both threads add to one series: its cache line travels.
void counter_one_series_two_threads(benchmark::State& state) {
    add_rides(state, counter(), "shared");
}
BENCHMARK(counter_one_series_two_threads)->Threads(2);

// Where values can lose their places, an update also says that it is in the series.
void counter_with_places(benchmark::State& state) {
    three_dimensions();
    static const auto family = *ctx::CounterFamily::create(
        {.name = "places", .help = "", .dimensions = {ctx::Dimension{"customer"}.keep_busiest()}});
    ctx::Counter rides = family->with();
    const ctx::Scope scope{request("c1")};
    rides.add();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        rides.add();
}
BENCHMARK(counter_with_places);

void counter_fraction(benchmark::State& state) {
    ctx::Counter rides = counter();
    const ctx::Scope scope{request("c1")};
    rides.add(0.5);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        rides.add(0.5);
}
BENCHMARK(counter_fraction);

// The first update of a request whose values are known from others.
void counter_new_request(benchmark::State& state) {
    ctx::Counter rides = counter();
    const ctx::Baggage baggage{request("c1").baggage()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::Scope scope{ctx::Context{}.with_baggage(baggage)};
        rides.add();
    }
}
BENCHMARK(counter_new_request);

void peer_counter(benchmark::State& state) {
    prometheus::Registry registry;
    auto& counter = prometheus::BuildCounter().Name("rides").Help("").Register(registry).Add({});
    for (auto _ : state)
        counter.Increment();
}
BENCHMARK(peer_counter);

void peer_counter_two_threads(benchmark::State& state) {
    static prometheus::Counter counter;
    for (auto _ : state)
        counter.Increment();
}
BENCHMARK(peer_counter_two_threads)->Threads(2);

void peer_family_add(benchmark::State& state) {
    prometheus::Registry registry;
    auto& family = prometheus::BuildCounter().Name("rides").Help("").Register(registry);
    const std::string customer = "c1";
    for (auto _ : state) {
        family.Add({{"customer", customer}, {"tier", "gold"}, {"region", "eu-west-1"}}).Increment();
    }
}
BENCHMARK(peer_family_add);

void observe_durations(benchmark::State& state, ctx::Histogram wait) {
    for (const double value : durations())
        wait.observe(value);
    std::size_t i = 0;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        wait.observe(durations()[i++ % durations().size()]);
}

void observe(benchmark::State& state, const ctx::Context& context) {
    const ctx::Scope scope{context};
    observe_durations(state, histogram());
}

void observe_unsampled(benchmark::State& state) {
    three_dimensions();
    observe(state, request("c1"));
}
BENCHMARK(observe_unsampled);

// Sampled: the gate of the bucket's exemplar is asked every time, and opens once a second.
void observe_with_exemplar_gate(benchmark::State& state) {
    three_dimensions();
    observe(state, sampled(request("c1")));
}
BENCHMARK(observe_with_exemplar_gate);

// The same buckets, and exponential ones.
void observe_native(benchmark::State& state) {
    static const auto family = *ctx::HistogramFamily::create(
        {.name = "native_seconds",
         .help = "Wait.",
         .bounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
         .native = ctx::NativeHistogramOptions{}});
    observe_durations(state, family->with());
}
BENCHMARK(observe_native);

void observe_two_threads(benchmark::State& state) {
    three_dimensions();
    observe(state, request("thread " + std::to_string(state.thread_index())));
}
BENCHMARK(observe_two_threads)->Threads(2);

void observe_one_series_two_threads(benchmark::State& state) {
    three_dimensions();
    observe(state, request("shared"));
}
BENCHMARK(observe_one_series_two_threads)->Threads(2);

const prometheus::Histogram::BucketBoundaries& peer_bounds() {
    static const prometheus::Histogram::BucketBoundaries bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                0.5,   1,    2.5,   5,    10};
    return bounds;
}

void peer_observe_two_threads(benchmark::State& state) {
    static prometheus::Histogram histogram{peer_bounds()};
    std::size_t i = 0;
    for (auto _ : state)
        histogram.Observe(durations()[i++ % durations().size()]);
}
BENCHMARK(peer_observe_two_threads)->Threads(2);

void peer_observe(benchmark::State& state) {
    prometheus::Histogram histogram{peer_bounds()};
    std::size_t i = 0;
    for (auto _ : state)
        histogram.Observe(durations()[i++ % durations().size()]);
}
BENCHMARK(peer_observe);

void render(benchmark::State& state, ctx::PageFormat format) {
    auto family = *ctx::CounterFamily::create(
        {.name = "rides",
         .help = "Rides.",
         .dimensions = three_dimensions(),
         .max_series = 20'000,
         .exemplars = {.enabled = true, .max_age = std::chrono::hours{1}}});
    ctx::Counter rides = family->with();
    for (int i = 0; i < page_series; ++i) {
        const ctx::Scope scope{sampled(request("customer-" + std::to_string(i)))};
        rides.add(i);
    }
    ctx::MetricsPage page;
    page.add(family);
    for (auto _ : state)
        benchmark::DoNotOptimize(page.render(format).size());
}

void render_with_exemplars(benchmark::State& state) {
    render(state, ctx::PageFormat::openmetrics_1_0_0);
}
BENCHMARK(render_with_exemplars);

void render_protobuf(benchmark::State& state) {
    render(state, ctx::PageFormat::protobuf);
}
BENCHMARK(render_protobuf);

void peer_render(benchmark::State& state) {
    prometheus::Registry registry;
    auto& family = prometheus::BuildCounter().Name("rides_total").Help("Rides.").Register(registry);
    for (int i = 0; i < page_series; ++i) {
        const std::string customer = "customer-" + std::to_string(i);
        family.Add({{"customer", customer}, {"tier", "gold"}, {"region", "eu-west-1"}})
            .Increment(i);
    }
    const prometheus::TextSerializer serializer;
    for (auto _ : state)
        benchmark::DoNotOptimize(serializer.Serialize(registry.Collect()).size());
}
BENCHMARK(peer_render);

}  // namespace

BENCHMARK_MAIN();
