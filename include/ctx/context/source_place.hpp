// Where in the program a call stands. std::source_location for compilers without one.

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
