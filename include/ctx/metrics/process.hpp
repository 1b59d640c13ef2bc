// ctx/metrics/process.hpp: what the process costs: CPU, memory, descriptors, threads.
//
//     page.add(std::make_shared<ctx::ProcessMetrics>());     // process_cpu_seconds_total, …
//
// The names that Prometheus' own client libraries use, so that their dashboards and alerts fit:
// process_cpu_seconds_total, process_open_fds, process_max_fds, process_virtual_memory_bytes,
// process_virtual_memory_max_bytes, process_resident_memory_bytes, process_start_time_seconds,
// process_threads, process_network_receive_bytes_total and process_network_transmit_bytes_total
// (these two of the whole network namespace, as Linux counts them in IP, the loopback included).
//
// Threads   Everything is safe from any thread; nothing is kept between two readings.
// Errors    What cannot be read, or not understood, is left out; the rest is shown. Without a
//           limit the maxima are 2^64 - 1, as Go's library has it. std::bad_alloc.
// Cost      Six files of /proc per scrape and an entry per open descriptor: about 50 us.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/source.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ctx {

/// The metrics of the process that it is in. Linux.
class CTX_EXPORT ProcessMetrics final : public MetricSource {
public:
    /// @param proc  where procfs is mounted.
    explicit ProcessMetrics(std::string proc = "/proc");

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    std::string proc_;
    // Read once: it does not change, and a step of the clock must not make it.
    std::optional<double> start_time_;
};

}  // namespace ctx
