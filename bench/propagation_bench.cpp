// extract and inject beside hand-written code that does nothing else: a table-driven parse of the
// traceparent, a split of the baggage that copies nothing and one allocation for the result; on the
// way out a table-driven encode and a copy of the kept header.

#include "support/allocations.hpp"
#include "support/hex_table.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const std::string tracestate = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,ot=th:8;rv:0123456789abcd";

std::string baggage_of(int members) {
    std::string list;
    for (int i = 0; i < members; ++i)
        list +=
            (i == 0 ? "key-" : ",key-") + std::to_string(i) + "=some-value-" + std::to_string(i);
    return list;
}

/// What a request usually has besides.
Headers request(bool with_state, int members) {
    Headers headers{{"Host", "route.example:8080"},
                    {"User-Agent", "bench/1.0"},
                    {"Accept", "*/*"},
                    {"Content-Type", "application/json"},
                    {"traceparent", traceparent}};
    if (with_state) headers.emplace_back("tracestate", tracestate);
    if (members > 0) headers.emplace_back("baggage", baggage_of(members));
    headers.emplace_back("Content-Length", "2");
    return headers;
}

const std::string* find(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (ctx::same_header(key, name)) return &value;
    }
    return nullptr;
}

struct Ids {
    std::uint64_t trace_high;
    std::uint64_t trace_low;
    std::uint64_t span;
    unsigned flags;
};

bool floor_parse(const std::string& text, Ids& ids) {
    const char* c = text.data();
    if (text.size() != 55 || c[0] != '0' || c[1] != '0' || c[2] != '-' || c[35] != '-' ||
        c[52] != '-') {
        return false;
    }
    const unsigned high = ctx::detail::hex_values[static_cast<unsigned char>(c[53])];
    const unsigned low = ctx::detail::hex_values[static_cast<unsigned char>(c[54])];
    ids.flags = high << 4 | low;
    return ctx::bench::read_hex_by_table(c + 3, ids.trace_high) &&
           ctx::bench::read_hex_by_table(c + 19, ids.trace_low) &&
           ctx::bench::read_hex_by_table(c + 36, ids.span) && (high | low) <= 0xf &&
           (ids.trace_high | ids.trace_low) != 0 && ids.span != 0;
}

struct Entry {
    std::string_view key;
    std::string_view value;
};

/// Every byte is looked at once; nothing is copied.
std::size_t floor_split(std::string_view list, std::array<Entry, 64>& entries) {
    std::size_t count = 0;
    while (!list.empty() && count < entries.size()) {
        std::size_t i = 0;
        std::size_t equals = 0;
        for (; i < list.size() && list[i] != ','; ++i) {
            if (list[i] == '=' && equals == 0) equals = i;
        }
        entries[count++] = {list.substr(0, equals), list.substr(equals + 1, i - equals - 1)};
        list.remove_prefix(i == list.size() ? i : i + 1);
    }
    return count;
}

void floor_extract(benchmark::State& state, int members, bool with_state = false) {
    const Headers headers = request(with_state, members);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Ids ids{};
        const std::string* parent = find(headers, "traceparent");
        benchmark::DoNotOptimize(floor_parse(*parent, ids));
        benchmark::DoNotOptimize(ids);
        const std::string* states = with_state ? find(headers, "tracestate") : nullptr;
        if (states != nullptr) {
            const auto kept = std::make_unique_for_overwrite<char[]>(states->size());
            std::memcpy(kept.get(), states->data(), states->size());
            benchmark::DoNotOptimize(kept.get());
        }
        const std::string* list = find(headers, "baggage");
        if (list != nullptr) {
            std::array<Entry, 64> entries;
            const std::size_t count = floor_split(*list, entries);
            const auto kept = std::make_unique_for_overwrite<char[]>(list->size());
            std::memcpy(kept.get(), list->data(), list->size());
            benchmark::DoNotOptimize(count);
            benchmark::DoNotOptimize(entries);
            benchmark::DoNotOptimize(kept.get());
        }
        benchmark::ClobberMemory();
    }
}

void extract(benchmark::State& state, bool with_state, int members) {
    const Headers headers = request(with_state, members);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::Context context = ctx::extract(headers);
        benchmark::DoNotOptimize(context.node());
    }
}

void floor_parse_traceparent(benchmark::State& state) {
    for (auto _ : state) {
        Ids ids{};
        benchmark::DoNotOptimize(floor_parse(traceparent, ids));
        benchmark::DoNotOptimize(ids);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(floor_parse_traceparent);

void parse_traceparent(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(ctx::parse_traceparent(traceparent));
}
BENCHMARK(parse_traceparent);

void floor_extract_traceparent(benchmark::State& state) {
    floor_extract(state, 0);
}
BENCHMARK(floor_extract_traceparent);

void floor_extract_tracestate(benchmark::State& state) {
    floor_extract(state, 0, true);
}
BENCHMARK(floor_extract_tracestate);

// What any implementation that hands out a shared context has to add.
void floor_context_node(benchmark::State& state) {
    for (auto _ : state) {
        const auto node = std::make_unique_for_overwrite<char[]>(sizeof(ctx::detail::Node));
        benchmark::DoNotOptimize(node.get());
    }
}
BENCHMARK(floor_context_node);

void extract_traceparent(benchmark::State& state) {
    extract(state, false, 0);
}
BENCHMARK(extract_traceparent);
void extract_traceparent_tracestate(benchmark::State& state) {
    extract(state, true, 0);
}
BENCHMARK(extract_traceparent_tracestate);
void floor_extract_5_members(benchmark::State& state) {
    floor_extract(state, 5);
}
BENCHMARK(floor_extract_5_members);
void extract_5_members(benchmark::State& state) {
    extract(state, false, 5);
}
BENCHMARK(extract_5_members);
void floor_extract_20_members(benchmark::State& state) {
    floor_extract(state, 20);
}
BENCHMARK(floor_extract_20_members);
void extract_20_members(benchmark::State& state) {
    extract(state, false, 20);
}
BENCHMARK(extract_20_members);

void set(Headers& headers, std::string_view name, std::string_view value) {
    for (auto& [key, text] : headers) {
        if (ctx::same_header(key, name)) {
            text = value;
            return;
        }
    }
    headers.emplace_back(name, value);
}

void floor_inject(benchmark::State& state, int members) {
    Headers out = request(false, members);
    const std::string kept = baggage_of(members);
    const Ids ids{0x0af7651916cd43ddU, 0x8448eb211c80319cU, 0xb7ad6b7169203331U, 1};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        char text[55] = {'0', '0'};
        text[2] = text[35] = text[52] = '-';
        ctx::detail::write_hex_u64(ids.trace_high, text + 3);
        ctx::detail::write_hex_u64(ids.trace_low, text + 19);
        ctx::detail::write_hex_u64(ids.span, text + 36);
        ctx::detail::write_hex_byte(static_cast<std::uint8_t>(ids.flags), text + 53);
        set(out, "traceparent", {text, sizeof text});
        if (members > 0) set(out, "baggage", kept);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void inject(benchmark::State& state, int members) {
    const ctx::Context context = ctx::extract(request(false, members));
    Headers out = request(false, members);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        ctx::inject(context, out);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void floor_inject_traceparent(benchmark::State& state) {
    floor_inject(state, 0);
}
BENCHMARK(floor_inject_traceparent);
void inject_traceparent(benchmark::State& state) {
    inject(state, 0);
}
BENCHMARK(inject_traceparent);
void floor_inject_5_members(benchmark::State& state) {
    floor_inject(state, 5);
}
BENCHMARK(floor_inject_5_members);
void inject_5_members(benchmark::State& state) {
    inject(state, 5);
}
BENCHMARK(inject_5_members);
void floor_inject_20_members(benchmark::State& state) {
    floor_inject(state, 20);
}
BENCHMARK(floor_inject_20_members);
void inject_20_members(benchmark::State& state) {
    inject(state, 20);
}
BENCHMARK(inject_20_members);

}  // namespace

BENCHMARK_MAIN();
