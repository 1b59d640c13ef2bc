// ctx/context/source_place.hpp: where in the program a call stands, for reports.
//
//     void submit(Task task, ctx::SourcePlace caller = ctx::SourcePlace::here());
//
// std::source_location for compilers that have none (Clang 14).
//
// Threads   A value.
// Errors    None. A place that nobody knows has no file.
// Cost      Two constants in the call.

#pragma once

#include <compare>

namespace ctx {

/// A file and a line. Taken by default arguments: `void f(SourcePlace caller = SourcePlace::here())`.
struct SourcePlace {
    const char* file = nullptr;  ///< null: not known
    int line = 0;

    [[nodiscard]] static constexpr SourcePlace here(const char* file = __builtin_FILE(),
                                                    int line = __builtin_LINE()) noexcept {
        return {file, line};
    }

    friend constexpr auto operator<=>(const SourcePlace&, const SourcePlace&) = default;
};

}  // namespace ctx
