// Times as RFC 3339 writes them, in UTC.

#pragma once

#include <ctx/export.hpp>

#include <array>
#include <chrono>
#include <cstdint>

namespace ctx::log::detail {

/// Remembers the second it wrote last; a new one costs a calendar.
class CTX_EXPORT UtcTime {
public:
    static constexpr std::size_t max_size = 27;

    /// 2026-11-20T16:27:08.095260Z. @return the end.
    char* write_micros(char* out, std::chrono::system_clock::time_point time) noexcept;
    /// 2026-11-20T16:27:08.095Z. @return the end.
    char* write_millis(char* out, std::chrono::system_clock::time_point time) noexcept;

private:
    /// @return the microseconds within the second.
    std::uint32_t write_second(char* out, std::chrono::system_clock::time_point time) noexcept;

    std::int64_t begin_ = 0;  // of that second, in nanoseconds
    std::array<char, 20> text_{
        '1', '9', '7', '0', '-', '0', '1', '-', '0', '1',
        'T', '0', '0', ':', '0', '0', ':', '0', '0', '.'};  // 2026-11-20T16:27:08.
};

}  // namespace ctx::log::detail
