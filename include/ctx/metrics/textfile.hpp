// ctx/metrics/textfile.hpp: the page as a file for node_exporter's textfile collector.
//
//     // node_exporter --collector.textfile.directory=/var/lib/node_exporter
//     if (absl::Status s = ctx::write_textfile(page, "/var/lib/node_exporter/backup.prom"); !s.ok())
//         std::cerr << s << '\n';
//
// For programs that end before anybody can scrape them, such as jobs of cron.
//
// Threads   Safe from any thread; of two writers of one path the last wins, whole.
// Errors    The status says which step failed and why; the file that was there before stays as it
//           was, and nothing is left beside it. What a source throws passes through. node_exporter
//           refuses a file with timestamps: leave out sources whose samples have their own.
// Cost      One page in memory, one file written; with `sync` two waits for the disk.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <absl/status/status.h>

#include <string>

namespace ctx {

struct TextfileOptions {
    /// Makes the file survive a crash of the machine, too (fsync of the file and its folder).
    bool sync = false;
};

/// Replaces `path` with the page in Prometheus text format 0.0.4: a reader sees the old content or
/// the new one, never a part. Readable by everyone (0644). `path` must end in `.prom`, as
/// node_exporter wants it; the temporary file beside it does not.
CTX_EXPORT absl::Status write_textfile(const MetricsPage& page, const std::string& path,
                                       TextfileOptions options = {});

}  // namespace ctx
