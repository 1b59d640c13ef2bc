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

}  // namespace ctx::log::detail
