// Writes lines under contexts that nest and change at random.

#pragma once

#include <ctx/context.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <utility>

namespace ctx::test {

/// One thread's share of the lines. Calls `say(want, left, random)` for each, `want` being the
/// trace id that the line should have, or "none".
template <typename Say>
class NestedContexts {
public:
    NestedContexts(std::uint64_t seed, std::uint64_t lines, Say say)
        : random_(seed), left_(lines), say_(std::move(say)) {}

    void run() {
        while (left_ > 0)
            work("none", 0);
    }

private:
    void work(const std::string& want, int depth) {
        for (auto steps = 1 + random_() % 6; steps > 0 && left_ > 0; --steps) {
            if (depth < 6 && random_() % 3 == 0) {
                nest(want, depth);
            } else {
                --left_;
                say_(want, left_, random_());
            }
        }
    }

    void nest(const std::string& want, int depth) {
        const Context here{current()};
        switch (random_() % 5) {
            case 0:
                return within(Context{}, "none", depth);
            case 1:
                return within(here, want, depth);
            case 2:
                if (!here) return;
                return within(here.with_baggage(Baggage{}.set("tenant", want)), want, depth);
            case 3:  // a child span, or a new trace when there is none
                return enter(here.with_span(child_of(here)), depth);
            default:
                return enter(Context{}.with_span(child_of(Context{})), depth);
        }
    }

    void enter(const Context& context, int depth) {
        within(context, context.trace_id().to_string(), depth);
    }

    void within(const Context& context, const std::string& want, int depth) {
        const Scope scope{context};
        work(want, depth + 1);
    }

    std::mt19937_64 random_;
    std::uint64_t left_;
    Say say_;
};

}  // namespace ctx::test
