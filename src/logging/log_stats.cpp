#include "logging/log_stats.hpp"

namespace ctx::log::detail {

Stat invalid_utf8{"ctx_logging_invalid_utf8_total",
                  "Log lines in which ill-formed UTF-8 was replaced."};
Stat truncated{"ctx_logging_truncated_total",
               "Fields of log lines that were cut or left out because of a limit."};
Stat refused_fields{"ctx_logging_refused_fields_total",
                    "Fields left out because the line itself uses their name."};
Stat dropped_lines{"ctx_logging_dropped_total",
                   "Log lines dropped: a full ring whose policy says so, or no memory."};
Stat unsampled_lines{"ctx_logging_unsampled_total",
                     "Log lines that the policy left out: severity or sampling."};
Stat suppressed_lines{"ctx_logging_suppressed_total",
                      "Log lines left out because their place in the source logs too often."};
Stat refused_debug_requests{"ctx_logging_debug_refused_total",
                            "Requests that asked for debug lines when too many others did."};
Stat used_up_debug_requests{"ctx_logging_debug_used_up_total",
                            "Requests that wrote all the debug lines that one may."};
Stat dropped_span_events{"ctx_logging_span_events_dropped_total",
                         "Log lines that are no event of their span, which has enough of them."};
Stat refused_lines{"ctx_logging_refused_lines_total",
                   "Log lines that a sink refused: it threw, or its stream failed."};
Stat journal_dropped{"ctx_logging_journal_dropped_total",
                     "Entries for systemd's journal that did not reach one that reads."};

}  // namespace ctx::log::detail
