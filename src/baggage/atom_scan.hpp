// Counts the complete atoms of a list: what every receiver does first with bytes from a wire.

#pragma once

#include <cstddef>
#include <string_view>

namespace ctx::detail {

struct AtomScan {
    std::size_t atoms = 0;    // complete ones
    std::size_t bytes = 0;    // of the complete atoms
    bool has_marker = false;  // one of them is empty
    bool damaged = false;     // the bytes behind them are no atom
};

// One pass. The cost per byte is bounded whatever the lengths are: lists of tiny atoms, of which
// 8 KB can hold 8192, are read sixteen bytes at a time where the processor can do that.
[[nodiscard]] AtomScan scan_atoms(std::string_view list) noexcept;

}  // namespace ctx::detail
