// What the torture hands from task to task: who it works for, by value.

#pragma once

#include <ctx/context.hpp>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <random>
#include <string>

namespace ctx::torture {

using Random = std::minstd_rand;

/// Who a task works for.
struct Told {
    TraceId trace;
    SpanId span;
    std::uint64_t number = 0;  // a local value
    std::string request;       // baggage entry "request", which is logged
    std::string branch;        // baggage entry "branch"; empty: must not be there
    bool joined = false;       // baggage entry "left" of a branch that was joined in
};

/// A request is over when the last owner of its promise is gone.
using Done = std::shared_ptr<std::promise<void>>;

struct Job {
    Told told;
    Done done;
    unsigned seed;
    int depth;
};

struct Tally {
    std::atomic<std::uint64_t> tasks{0};
    std::atomic<std::uint64_t> mismatches{0};
    std::atomic<std::uint64_t> empty{0};
    std::atomic<std::int64_t> budget{0};
};

}  // namespace ctx::torture
