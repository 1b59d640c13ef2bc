// Each wire format both ways. The floor on the way in looks up the headers of the format and reads
// the digits of its ids from where they are known to stand; on the way out it copies headers that
// were made before into the carrier.

#include "support/allocations.hpp"
#include "support/hex_table.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation.hpp>

#include <benchmark/benchmark.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Where the ids stand in a header.
struct Digits {
    std::size_t header;
    std::size_t offset;
    bool decimal = false;
};

struct Case {
    ctx::Format format;
    Headers headers;
    std::vector<Digits> ids;
};

const std::string trace_high = "0af7651916cd43dd";
const std::string trace_low = "8448eb211c80319c";
const std::string span = "b7ad6b7169203331";

Case case_of(std::string_view name) {
    const std::string trace = trace_high + trace_low;
    if (name == "tracecontext") {
        return {ctx::tracecontext_format,
                {{"traceparent", "00-" + trace + "-" + span + "-01"}},
                {{0, 3}, {0, 19}, {0, 36}}};
    }
    if (name == "b3") {
        return {ctx::b3_format, {{"b3", trace + "-" + span + "-1"}}, {{0, 0}, {0, 16}, {0, 33}}};
    }
    if (name == "b3multi") {
        return {ctx::b3_multi_format,
                {{"x-b3-traceid", trace}, {"x-b3-spanid", span}, {"x-b3-sampled", "1"}},
                {{0, 0}, {0, 16}, {1, 0}}};
    }
    if (name == "jaeger") {
        return {ctx::jaeger_format,
                {{"uber-trace-id", trace + ":" + span + ":0:01"}},
                {{0, 0}, {0, 16}, {0, 33}}};
    }
    if (name == "xray") {
        return {ctx::xray_format,
                {{"x-amzn-trace-id",
                  "Root=1-0af76519-16cd43dd" + trace_low + ";Parent=" + span + ";Sampled=1"}},
                {{0, 16}, {0, 24}, {0, 48}}};
    }
    if (name == "ottrace") {
        return {ctx::ottrace_format,
                {{"ot-tracer-traceid", trace_low},
                 {"ot-tracer-spanid", span},
                 {"ot-tracer-sampled", "true"}},
                {{0, 0}, {1, 0}}};
    }
    if (name == "datadog") {
        return {ctx::datadog_format,
                {{"x-datadog-trace-id", "9532127138774266268"},
                 {"x-datadog-parent-id", "13235353014750950193"},
                 {"x-datadog-sampling-priority", "1"},
                 {"x-datadog-tags", "_dd.p.tid=" + trace_high}},
                {{0, 0, true}, {1, 0, true}, {3, 10}}};
    }
    if (name == "xcloud") {
        return {ctx::cloud_trace_format,
                {{"x-cloud-trace-context", trace + "/13235353014750950193;o=1"}},
                {{0, 0}, {0, 16}, {0, 33, true}}};
    }
    // 39 characters of base64: the floor reads 16 of them three times.
    return {ctx::grpc_trace_bin_format,
            {{"grpc-trace-bin", "AAAK92UZFs1D3YRI6yEcgDGcAbeta3FpIDMxAgE"}},
            {{0, 0}, {0, 16}, {0, 20}}};
}

/// What a request usually has besides.
Headers request_with(const Headers& headers) {
    Headers all{{"Host", "route.example:8080"},
                {"User-Agent", "bench/1.0"},
                {"Accept", "*/*"},
                {"Content-Type", "application/json"}};
    all.insert(all.end(), headers.begin(), headers.end());
    all.emplace_back("Content-Length", "2");
    return all;
}

std::string* find(Headers& headers, std::string_view name) {
    for (auto& [key, value] : headers) {
        if (ctx::same_header(key, name)) return &value;
    }
    return nullptr;
}

std::uint64_t read_id(const std::string& text, const Digits& digits) {
    std::uint64_t value = 0;
    if (digits.decimal) {
        std::from_chars(text.data() + digits.offset, text.data() + text.size(), value);
    } else {
        ctx::bench::read_hex_by_table(text.data() + digits.offset, value);
    }
    return value;
}

void floor_read(benchmark::State& state, const char* name) {
    const Case format = case_of(name);
    Headers headers = request_with(format.headers);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        std::string* found[4] = {};
        for (std::size_t i = 0; i < format.headers.size(); ++i)
            found[i] = find(headers, format.headers[i].first);
        for (const Digits& digits : format.ids)
            benchmark::DoNotOptimize(read_id(*found[digits.header], digits));
        benchmark::ClobberMemory();
    }
}

void read(benchmark::State& state, const char* name) {
    const Case format = case_of(name);
    const Headers headers = request_with(format.headers);
    const ctx::Propagators propagators{format.format};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::Context context = propagators.extract(headers);
        benchmark::DoNotOptimize(context.node());
    }
}

void floor_write(benchmark::State& state, const char* name) {
    const Case format = case_of(name);
    Headers out = request_with(format.headers);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        for (const auto& [key, value] : format.headers)
            *find(out, key) = value;
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void write(benchmark::State& state, const char* name) {
    const Case format = case_of(name);
    const ctx::Propagators propagators{format.format};
    const ctx::Context context = propagators.extract(format.headers);
    Headers out = request_with(format.headers);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        propagators.inject(context, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void floor_forward(benchmark::State& state) {
    Headers in = request_with(case_of("tracecontext").headers);
    in.emplace_back("baggage", "tenant=acme,tier=gold");
    Headers out = in;
    for (auto _ : state) {
        for (const char* name : {"traceparent", "baggage"})
            *find(out, name) = *find(in, name);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(floor_forward);

void forward(benchmark::State& state) {
    Headers in = request_with(case_of("tracecontext").headers);
    in.emplace_back("baggage", "tenant=acme,tier=gold");
    Headers out = in;
    const ctx::Propagators propagators;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        propagators.forward(in, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(forward);

const int registered = [] {
    for (const char* name : {"tracecontext", "b3", "b3multi", "jaeger", "xray", "ottrace",
                             "datadog", "xcloud", "grpcbin"}) {
        const std::string suffix = std::string{"/"} + name;
        const auto add = [&](const char* kind, void (*run)(benchmark::State&, const char*)) {
            benchmark::RegisterBenchmark((kind + suffix).c_str(), run, name);
        };
        add("floor_read", floor_read);
        add("read", read);
        add("floor_write", floor_write);
        add("write", write);
    }
    return 0;
}();

}  // namespace

BENCHMARK_MAIN();
