// Reads what Linux writes into files of /proc. Total: any text gives a reading or none.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ctx::detail {

/// What is used of /proc/self/stat, in the units of the kernel. See proc(5).
struct ProcessStat {
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t threads = 0;
    std::uint64_t start_ticks = 0;  // after boot
    std::uint64_t virtual_bytes = 0;
    std::uint64_t resident_pages = 0;
};

/// The program's name, which may hold blanks, parentheses and line ends, is skipped.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text) noexcept;

/// Seconds since 1970 at boot, of /proc/stat.
[[nodiscard]] std::optional<std::uint64_t> parse_boot_time(std::string_view text) noexcept;

/// The soft limit called `name` ("Max open files") of /proc/self/limits; 2^64 - 1: unlimited.
[[nodiscard]] std::optional<std::uint64_t> parse_limit(std::string_view text,
                                                       std::string_view name) noexcept;

/// What IP received and sent, of all interfaces together: these sums do not fall when one goes.
struct NetworkBytes {
    std::uint64_t received = 0;
    std::uint64_t transmitted = 0;
};
/// @param netstat, snmp6  /proc/self/net/netstat, and /proc/self/net/snmp6 where there is IPv6.
[[nodiscard]] std::optional<NetworkBytes> parse_network(std::string_view netstat,
                                                        std::string_view snmp6) noexcept;

}  // namespace ctx::detail
