// The Tracing Plane's baggage on the shapes that its Java implementation of 2017 was measured with:
// a context of X-Trace (5 atoms, 29 bytes), a typed bag of an int32, a fixed64 and a set of three
// strings (34 bytes), a map of 50 entries (102 atoms). Floors are the copy or the comparison of the
// same bytes, and the allocation where a value has to be made.

#include "support/allocations.hpp"
#include <ctx/baggage.hpp>

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {

using ctx::Baggage;
using ctx::bench::AllocationsPerIteration;

// What ctx-bdl makes of `bag Typed { int32 a = 1; fixed64 b = 7; set<string> c = 12; }`.
class Typed : public ctx::bdl::Bag<Typed, 3> {
public:
    using ctx::bdl::Bag<Typed, 3>::Bag;
    static constexpr std::uint32_t number = 10;
    static constexpr std::uint32_t field_indexes[] = {1, 7, 12};
    [[nodiscard]] std::optional<std::int32_t> a() const { return read<ctx::bdl::Int32>(1); }
    void set_a(std::int32_t value) { set<ctx::bdl::Int32>(at(0, 1), value); }
    [[nodiscard]] std::optional<std::uint64_t> b() const { return read<ctx::bdl::Fixed64>(7); }
    void set_b(std::uint64_t value) { set<ctx::bdl::Fixed64>(at(1, 7), value); }
    [[nodiscard]] ctx::bdl::SetView<ctx::bdl::String> c() const {
        return read<ctx::bdl::Set<ctx::bdl::String>>(12);
    }
    void add_c(std::string_view value) { add<ctx::bdl::String>(at(2, 12), value); }
};

struct Carrier {
    Baggage value;
    [[nodiscard]] const Baggage& baggage() const noexcept { return value; }
};

std::string xtrace(std::uint64_t event) {
    ctx::BagWriter writer;
    writer.enter(5);
    for (std::uint64_t field = 0; field < 2; ++field) {
        char id[8];
        ctx::bdl::detail::store_big_endian(id, field == 0 ? 0x839ad4ad41354637ULL : event);
        writer.enter(field);
        writer.data({id, sizeof id});
        writer.exit();
    }
    writer.exit();
    return writer.atoms();
}

std::string typed() {
    Typed bag;
    bag.set_a(7);
    bag.set_b(300);
    for (const char* element : {"a", "b", "c"}) {
        bag.add_c(element);
    }
    return std::string(bag.baggage().atoms());
}

std::string map_of_50(int first) {
    ctx::BagWriter writer;
    writer.enter(20);
    writer.enter(1);
    for (int i = first; i < first + 50; ++i) {
        writer.enter(std::string_view("key" + std::to_string(1000 + i)));
        writer.data("v" + std::to_string(i));
        writer.exit();
    }
    writer.exit();
    writer.exit();
    return writer.atoms();
}

// The least for a new value: memory, and the bytes in it.
void floor_copy(benchmark::State& state, const std::string& bytes) {
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const std::unique_ptr<char[]> copy(new char[bytes.size() + 64]);
        std::memcpy(copy.get(), bytes.data(), bytes.size());
        benchmark::DoNotOptimize(copy.get());
    }
}

void floor_memcpy(benchmark::State& state, const std::string& bytes) {
    std::string into(bytes.size(), '\0');
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        std::memcpy(into.data(), bytes.data(), bytes.size());
        benchmark::DoNotOptimize(into.data());
        benchmark::ClobberMemory();
    }
}

void floor_memcmp(benchmark::State& state, const std::string& bytes) {
    const std::string other = bytes;
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        int order = std::memcmp(bytes.data(), other.data(), bytes.size());
        benchmark::DoNotOptimize(order);
        benchmark::ClobberMemory();
    }
}

void floor_count_up_and_down(benchmark::State& state) {
    std::atomic<std::uint32_t> count{1};
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        count.fetch_add(1, std::memory_order_relaxed);
        count.fetch_sub(1, std::memory_order_acq_rel);
        benchmark::DoNotOptimize(count);
    }
}

void deserialize(benchmark::State& state, const std::string& bytes) {
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(Baggage::from_atoms(bytes));
    }
}

// As a sender does it: into memory of its own.
void serialize(benchmark::State& state, const std::string& bytes) {
    const auto baggage = Baggage::from_atoms(bytes);
    std::string out;
    out.reserve(bytes.size());
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const std::string_view atoms = baggage.atoms();
        const ctx::AtomCut cut = ctx::find_trim(atoms, 8192);
        out.assign(atoms.substr(0, cut.bytes));
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void merge(benchmark::State& state, const std::string& a, const std::string& b) {
    const auto left = Baggage::from_atoms(a);
    const auto right = Baggage::from_atoms(b);
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(join(left, right));
    }
}

void typed_parse(benchmark::State& state) {
    const std::string bytes = typed();
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const Carrier carrier{Baggage::from_atoms(bytes)};
        const Typed bag = Typed::get(carrier);
        std::size_t size = 0;
        for (const std::string_view element : bag.c()) {
            size += element.size();
        }
        benchmark::DoNotOptimize(bag.a());
        benchmark::DoNotOptimize(bag.b());
        benchmark::DoNotOptimize(size);
    }
}

void typed_read_one(benchmark::State& state) {
    const Carrier carrier{Baggage::from_atoms(typed())};
    const Typed bag = Typed::get(carrier);
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(bag.b());
        benchmark::ClobberMemory();
    }
}

void typed_write_one(benchmark::State& state) {
    const Carrier carrier{Baggage::from_atoms(typed())};
    std::int32_t value = 0;
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Typed bag = Typed::get(carrier);
        bag.set_a(++value & 63);
        benchmark::DoNotOptimize(bag.applied_to(carrier.value, ctx::bdl::BagNumber{10}));
    }
}

void typed_write_all(benchmark::State& state) {
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Typed bag;
        bag.set_a(7);
        bag.set_b(300);
        bag.add_c("a");
        bag.add_c("b");
        bag.add_c("c");
        benchmark::DoNotOptimize(bag.baggage().atoms().data());
    }
}

void branch(benchmark::State& state) {
    const auto baggage = Baggage::from_atoms(typed());
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const Baggage copy = baggage;  // NOLINT(performance-unnecessary-copy-initialization)
        benchmark::DoNotOptimize(copy.buffer());
    }
}

void branches_and_join(benchmark::State& state) {
    const auto baggage = Baggage::from_atoms(typed());
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const Baggage left = baggage;   // NOLINT(performance-unnecessary-copy-initialization)
        const Baggage right = baggage;  // NOLINT(performance-unnecessary-copy-initialization)
        benchmark::DoNotOptimize(join(left, right));
    }
}

void worst_case(benchmark::State& state, const std::string& bytes) {
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(Baggage::from_atoms(bytes));
    }
}

void worst_case_bag(benchmark::State& state) {
    const auto baggage = Baggage::from_atoms(std::string(8192, '\0'));
    benchmark::DoNotOptimize(baggage.bag(10));  // the index is made once
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(baggage.bag(10));
        benchmark::ClobberMemory();
    }
}

void find_in_map(benchmark::State& state) {
    const auto baggage = Baggage::from_atoms(map_of_50(0));
    const AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::BagView entry = baggage.bag(20).child(std::uint64_t{1}).child("key1025");
        benchmark::DoNotOptimize(entry.begin_offset());
        benchmark::ClobberMemory();
    }
}

const std::string x = xtrace(1);
const std::string y = xtrace(2);
const std::string t = typed();
const std::string m = map_of_50(0);
const std::string n = map_of_50(50);
const std::string zeros(8192, '\0');  // the most atoms that 8 KB can hold

// 8 KB of lengths that are spelled as long as they may be.
std::string repeated(std::string_view unit) {
    std::string bytes;
    while (bytes.size() + unit.size() <= 8192) {
        bytes += unit;
    }
    return bytes;
}

const std::string ones = repeated({"\x01\0", 2});
const std::string two_byte_lengths = repeated({"\x80\0", 2});
const std::string six_byte_lengths = repeated({"\x80\x80\x80\x80\x80\0", 6});
const std::string ten_byte_lengths = repeated({"\x80\x80\x80\x80\x80\x80\x80\x80\x80\0", 10});

BENCHMARK_CAPTURE(floor_copy, xtrace, x);
BENCHMARK_CAPTURE(floor_copy, typed, t);
BENCHMARK_CAPTURE(floor_copy, map, m);
BENCHMARK_CAPTURE(floor_copy, merged_map, m + n);
BENCHMARK_CAPTURE(floor_memcpy, xtrace, x);
BENCHMARK_CAPTURE(floor_memcpy, typed, t);
BENCHMARK_CAPTURE(floor_memcpy, map, m);
BENCHMARK_CAPTURE(floor_memcpy, worst, zeros);
BENCHMARK_CAPTURE(floor_memcmp, map, m);
BENCHMARK(floor_count_up_and_down);
BENCHMARK_CAPTURE(deserialize, xtrace, x);
BENCHMARK_CAPTURE(deserialize, map, m);
BENCHMARK_CAPTURE(serialize, xtrace, x);
BENCHMARK_CAPTURE(serialize, typed, t);
BENCHMARK_CAPTURE(serialize, map, m);
BENCHMARK_CAPTURE(merge, xtrace, x, y);
BENCHMARK_CAPTURE(merge, disjoint_map, m, n);
BENCHMARK_CAPTURE(merge, identical_map, m, m);
BENCHMARK(typed_parse);
BENCHMARK(typed_read_one);
BENCHMARK(typed_write_one);
BENCHMARK(typed_write_all);
BENCHMARK(branch);
BENCHMARK(branches_and_join);
BENCHMARK(find_in_map);
BENCHMARK_CAPTURE(worst_case, empty, zeros);
BENCHMARK_CAPTURE(worst_case, one_byte, ones);
BENCHMARK_CAPTURE(worst_case, two_byte_lengths, two_byte_lengths);
BENCHMARK_CAPTURE(worst_case, six_byte_lengths, six_byte_lengths);
BENCHMARK_CAPTURE(worst_case, ten_byte_lengths, ten_byte_lengths);
BENCHMARK(worst_case_bag);

}  // namespace

BENCHMARK_MAIN();
