#include "metrics/proc_text.hpp"
#include <ctx/metrics/page_writer.hpp>
#include <ctx/metrics/process.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace ctx {
namespace {

/// All of a file whose size nobody knows before; empty when it cannot be read.
std::string read_file(const std::string& path) {
    std::string text;
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return text;
    std::array<char, 4096> part;  // NOLINT(*-member-init): written before it is read
    for (;;) {
        const ssize_t count = ::read(file, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    close(file);
    return text;
}

std::optional<double> count_entries(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{opendir(folder.c_str()), closedir};
    if (directory == nullptr) return std::nullopt;
    double count = 0;
    while (const dirent* entry = readdir(directory.get()))
        count += entry->d_name[0] == '.' ? 0 : 1;
    return count - 1;  // without the one that is read here
}

double per_second() {
    static const long ticks = sysconf(_SC_CLK_TCK);
    return ticks > 0 ? static_cast<double>(ticks) : 100;
}

std::optional<double> start_time(const std::string& proc) {
    const auto stat = detail::parse_process_stat(read_file(proc + "/self/stat"));
    const auto boot = detail::parse_boot_time(read_file(proc + "/stat"));
    if (!stat || !boot) return std::nullopt;
    return static_cast<double>(*boot) + static_cast<double>(stat->start_ticks) / per_second();
}

/// The families so far.
class Reading {
public:
    void add(MetricType type, std::string_view name, std::string_view unit, std::string_view help,
             std::optional<double> value) {
        if (!value) return;
        FamilySnapshot& family = families_.emplace_back();
        family.name = name;
        family.type = type;
        family.unit = unit;
        family.help = help;
        family.series.emplace_back().value = *value;
    }
    void gauge(std::string_view name, std::string_view unit, std::string_view help,
               std::optional<double> value) {
        add(MetricType::gauge, name, unit, help, value);
    }
    void counter(std::string_view name, std::string_view unit, std::string_view help,
                 std::optional<double> value) {
        add(MetricType::counter, name, unit, help, value);
    }

    [[nodiscard]] std::vector<FamilySnapshot> take() && { return std::move(families_); }

private:
    std::vector<FamilySnapshot> families_;
};

std::optional<double> as_double(std::optional<std::uint64_t> value) {
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
}

void add_stat(Reading& reading, const std::string& proc) {
    const auto stat = detail::parse_process_stat(read_file(proc + "/self/stat"));
    if (!stat) return;
    const auto ticks = static_cast<double>(stat->user_ticks + stat->system_ticks);
    const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
    reading.counter("process_cpu_seconds", "seconds", "User and system CPU time.",
                    ticks / per_second());
    reading.gauge("process_threads", "", "Threads of the process.",
                  static_cast<double>(stat->threads));
    reading.gauge("process_virtual_memory_bytes", "bytes", "Size of the address space.",
                  static_cast<double>(stat->virtual_bytes));
    reading.gauge("process_resident_memory_bytes", "bytes", "Memory that is not paged out.",
                  static_cast<double>(stat->resident_pages) * page_bytes);
}

void add_limits(Reading& reading, const std::string& proc) {
    const std::string limits = read_file(proc + "/self/limits");
    reading.gauge("process_max_fds", "", "Descriptors that may be open.",
                  as_double(detail::parse_limit(limits, "Max open files")));
    reading.gauge("process_virtual_memory_max_bytes", "bytes", "Limit of the address space.",
                  as_double(detail::parse_limit(limits, "Max address space")));
}

void add_network(Reading& reading, const std::string& proc) {
    const auto network = detail::parse_network(read_file(proc + "/self/net/netstat"),
                                               read_file(proc + "/self/net/snmp6"));
    if (!network) return;
    reading.counter("process_network_receive_bytes", "bytes",
                    "Bytes of IP received in the network namespace.",
                    static_cast<double>(network->received));
    reading.counter("process_network_transmit_bytes", "bytes",
                    "Bytes of IP sent in the network namespace.",
                    static_cast<double>(network->transmitted));
}

}  // namespace

ProcessMetrics::ProcessMetrics(std::string proc)
    : proc_(std::move(proc)), start_time_(start_time(proc_)) {}

std::vector<FamilySnapshot> ProcessMetrics::read() const {
    Reading reading;
    add_stat(reading, proc_);
    reading.gauge("process_start_time_seconds", "seconds", "Since 1970, UTC.", start_time_);
    reading.gauge("process_open_fds", "", "Open descriptors.", count_entries(proc_ + "/self/fd"));
    add_limits(reading, proc_);
    add_network(reading, proc_);
    return std::move(reading).take();
}

void ProcessMetrics::write(PageWriter& page) const {
    for (const FamilySnapshot& family : read())
        page.family(family);
}

}  // namespace ctx
