// Random fork, join and hop schedules over every adapter. Each task is told by value who it works
// for and compares that with what current() says, and with what a log line would.
//
//   propagation_torture --tasks N --seed S
//   tasks=N mismatches=0 empty=0 leaked=0
//
// With CTX_CENSUS=stacks in the environment it says who made what leaked.

#include "executors/torture/torture.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

struct Options {
    std::int64_t tasks = 100'000;
    std::uint64_t seed = 1;
};

// --tasks N --seed S; without N a million tasks when CTX_TEST_FULL is 1.
bool read_options(int count, char** arguments, Options& options) {
    const char* full = std::getenv("CTX_TEST_FULL");
    if (full != nullptr && std::string_view{full} == "1") options.tasks = 1'000'000;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(arguments[i + 1], &end, 10);
        if (*end != '\0' || end == arguments[i + 1]) return false;
        if (name == "--tasks") {
            options.tasks = static_cast<std::int64_t>(value);
        } else if (name == "--seed") {
            options.seed = value;
        } else {
            return false;
        }
    }
    return count % 2 == 1;
}

void add_every_adapter(ctx::torture::Torture& torture) {
    torture.add(make_plain_hops(torture));
    torture.add(make_coroutine_hops(torture));
    torture.add(make_asio_hops(torture));
#ifdef CTX_TORTURE_FIBER
    torture.add(make_fiber_hops(torture));
#endif
#ifdef CTX_TORTURE_BOOST_FIBER
    torture.add(make_boost_fiber_hops(torture));
#endif
#ifdef CTX_TORTURE_TBB
    torture.add(make_tbb_hops(torture));
#endif
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!read_options(argc, argv, options)) {
        std::fprintf(stderr, "usage: %s [--tasks N] [--seed S]\n", argv[0]);
        return 2;
    }
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"request"}.log()}));
    const std::int64_t before = ctx::live_contexts();
    std::uint64_t tasks = 0;
    std::uint64_t mismatches = 0;
    std::uint64_t empty = 0;
    {
        ctx::torture::Torture torture{options.tasks, options.seed};
        add_every_adapter(torture);
        ctx::torture::Tally& tally = torture.run();
        mismatches += static_cast<std::uint64_t>(torture.finish());
        tasks = tally.tasks;
        mismatches += tally.mismatches;
        empty = tally.empty;
    }
    if (ctx::current()) ++mismatches;
    const std::int64_t leaked = ctx::live_contexts() - before;
    for (const ctx::LiveContext& context : ctx::live_context_list({.at_most = 20}))
        std::fprintf(stderr, "leaked: %s\n", context.to_string().c_str());
    std::printf("tasks=%llu mismatches=%llu empty=%llu leaked=%lld\n",
                static_cast<unsigned long long>(tasks), static_cast<unsigned long long>(mismatches),
                static_cast<unsigned long long>(empty), static_cast<long long>(leaked));
    return mismatches == 0 && empty == 0 && leaked == 0 ? 0 : 1;
}
