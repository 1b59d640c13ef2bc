// What ten thousand series cost beside those of prometheus-cpp: bytes for each, and how long the
// slowest update takes while one page after the other is rendered. The longest times are the
// machine's as well; how often an update had to wait for another thread is not.
//
//     build/release/bench/metrics_scrape [SECONDS]

#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int series_count = 10'000;
using Clock = std::chrono::steady_clock;

class KeptSpan final : public ctx::RecordingSpan {
public:
    bool keep() noexcept override { return true; }
    void add_event(std::string_view /*name*/,
                   std::span<const ctx::Attribute> /*attributes*/) noexcept override {}
};

ctx::Context request(int customer) {
    return ctx::Context{}.with_baggage(ctx::Baggage{}
                                           .set("customer", "customer-" + std::to_string(customer))
                                           .set("tier", "gold")
                                           .set("region", "eu-west-1"));
}

std::size_t bytes_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

std::shared_ptr<ctx::CounterFamily> fill_ours(bool with_exemplars) {
    auto family = *ctx::CounterFamily::create(
        {.name = "rides",
         .help = "Rides.",
         .dimensions = {ctx::Dimension{"customer"}.at_most(20'000), ctx::Dimension{"tier"},
                        ctx::Dimension{"region"}},
         .max_series = 20'000,
         .exemplars = {.enabled = with_exemplars, .max_age = std::chrono::hours{1}}});
    ctx::Counter rides = family->with();
    for (int i = 0; i < series_count; ++i) {
        const ctx::SpanContext ids{
            ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false};
        const ctx::Scope scope{
            request(i).with_span(ids, ctx::RecordingSpanPtr::adopt(new KeptSpan))};
        rides.add(static_cast<std::uint64_t>(i));
    }
    return family;
}

prometheus::Labels peer_labels(int customer) {
    return {{"customer", "customer-" + std::to_string(customer)},
            {"tier", "gold"},
            {"region", "eu-west-1"}};
}

std::unique_ptr<prometheus::Registry> fill_theirs() {
    auto registry = std::make_unique<prometheus::Registry>();
    auto& family =
        prometheus::BuildCounter().Name("rides_total").Help("Rides.").Register(*registry);
    for (int i = 0; i < series_count; ++i)
        family.Add(peer_labels(i)).Increment(i);
    return registry;
}

template <typename Make>
double bytes_per_series(Make make) {
    const std::size_t before = bytes_in_use();
    const auto kept = make();
    return static_cast<double>(bytes_in_use() - before) / series_count;
}

struct Latencies {
    double median_ns, p999_ns, longest_ns;
    int pages;
    long waits;
};

/// How often this thread gave its processor away: for a lock, say.
long waits_of_this_thread() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

/// Calls `update` again and again while another thread renders; null `render`: beside nothing.
Latencies measure(const std::function<void()>& update, const std::function<void()>& render,
                  std::chrono::milliseconds duration) {
    std::atomic<bool> stop{false};
    std::atomic<int> pages{0};
    std::thread scraper{[&] {
        while (render && !stop.load(std::memory_order_relaxed)) {
            render();
            pages.fetch_add(1, std::memory_order_relaxed);
        }
    }};
    std::vector<float> nanoseconds;
    nanoseconds.reserve(100'000'000 / 8);
    const long waits_before = waits_of_this_thread();
    const auto end = Clock::now() + duration;
    for (auto last = Clock::now(); last < end && nanoseconds.size() < nanoseconds.capacity();) {
        update();
        const auto now = Clock::now();
        nanoseconds.push_back(std::chrono::duration<float, std::nano>(now - last).count());
        last = now;
    }
    const long waits = waits_of_this_thread() - waits_before;
    stop.store(true);
    scraper.join();
    std::sort(nanoseconds.begin(), nanoseconds.end());
    const auto at = [&](double part) {
        const auto place = static_cast<std::size_t>(part * static_cast<double>(nanoseconds.size()));
        return static_cast<double>(nanoseconds[std::min(place, nanoseconds.size() - 1)]);
    };
    return {at(0.5), at(0.999), at(1), pages.load(), waits};
}

void print(const char* name, const Latencies& seen) {
    std::printf("%-52s %8.0f ns %10.2f us %10.2f us %6d pages %6ld waits\n", name, seen.median_ns,
                seen.p999_ns / 1e3, seen.longest_ns / 1e3, seen.pages, seen.waits);
}

}  // namespace

int main(int argc, char** argv) {
    const std::chrono::milliseconds duration{1000 * (argc > 1 ? std::atoi(argv[1]) : 2)};
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"customer"}.label("customer"),
                                                ctx::Field{"tier"}.label("tier"),
                                                ctx::Field{"region"}.label("region")}));
    const double first = bytes_per_series([] { return fill_ours(false); });
    std::printf("bytes per series: %.0f (the first family: with the numbers of its label sets), ",
                first);
    std::printf("%.0f, with an exemplar %.0f; prometheus-cpp %.0f\n",
                bytes_per_series([] { return fill_ours(false); }),
                bytes_per_series([] { return fill_ours(true); }), bytes_per_series(fill_theirs));

    const auto ours = fill_ours(true);
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(ours);
    const ctx::Context context = request(1);
    ctx::Counter rides = ours->with();
    const auto update = [&] { rides.add(); };
    const auto fresh = [&, n = 0]() mutable {
        const ctx::Scope scope{request(n++ % series_count)};
        rides.add();
    };
    const auto theirs = fill_theirs();
    auto& family = prometheus::BuildCounter().Name("rides_total").Help("Rides.").Register(*theirs);
    const auto peer = [&, n = 0]() mutable {
        family.Add(peer_labels(n++ % series_count)).Increment();
    };
    const auto render = [&] { static_cast<void>(page.render(ctx::PageFormat::openmetrics_1_0_0)); };
    const prometheus::TextSerializer serializer;
    const auto peer_render = [&] { static_cast<void>(serializer.Serialize(theirs->Collect())); };

    std::printf("%-52s %11s %13s %13s\n", "update, clock included", "median", "99.9 %", "longest");
    const ctx::Scope scope{context};
    print("nothing, beside nothing", measure([] {}, nullptr, duration));
    print("nothing, beside a page", measure([] {}, render, duration));
    print("counter of a request, beside a page", measure(update, render, duration));
    print("first update of a request, beside a page", measure(fresh, render, duration));
    print("prometheus-cpp's Family::Add, beside a page", measure(peer, peer_render, duration));
}
