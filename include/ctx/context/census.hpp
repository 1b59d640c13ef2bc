// ctx/context/census.hpp: which contexts are alive, how old they are, and who made them.
//
//     $ CTX_CENSUS=stacks ./service                  // or ctx::set_census(ctx::Census::stacks)
//
//     for (const ctx::LiveContext& old : ctx::live_context_list({.older_than = 30s}))
//         std::cerr << old.to_string() << '\n';      // who keeps a request that ended long ago?
//
// live_contexts() (stats.hpp) says how many there are, always. When there are more than requests,
// something that outlives its request holds it: a periodic timer, a cache, a callback that is never
// called. The census lists them, if it was on when they were made.
//
// Threads   Everything is safe from any thread.
// Errors    Contexts for which there is no memory are not listed.
// Cost      Off: a relaxed load where a context is made. On: a mutex and an allocation for each,
//           and with `stacks` the walk of the stack: for tests and a canary, not for every day.

#pragma once

#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace ctx {

/// Whether contexts that are made from now on are listed. The environment variable `CTX_CENSUS`
/// with one of these names sets it at start; another name is reported (diagnostics.hpp).
enum class Census : std::uint8_t {
    off,     ///< no (default)
    ages,    ///< with their age
    stacks,  ///< and with up to 16 callers of what made them
};

/// Process-wide; takes effect at once.
CTX_EXPORT void set_census(Census census) noexcept;

/// A context that is alive.
struct LiveContext {
    TraceId trace_id;
    SpanId span_id;
    std::chrono::nanoseconds age;
    std::uint32_t references;  ///< how many hold it
    std::vector<void*> stack;  ///< return addresses of who made it; empty without `stacks`

    /// "4bf92f35…-00f067aa0ba902b7, 93.2 s old, held 1 time", and a line for each caller.
    [[nodiscard]] CTX_EXPORT std::string to_string() const;
};

struct CensusQuery {
    std::chrono::nanoseconds older_than{0};
    std::size_t at_most = std::numeric_limits<std::size_t>::max();
};

/// Contexts that are alive, the oldest first.
[[nodiscard]] CTX_EXPORT std::vector<LiveContext> live_context_list(const CensusQuery& query = {});

}  // namespace ctx
