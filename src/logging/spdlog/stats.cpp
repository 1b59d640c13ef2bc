#include "logging/spdlog/stats.hpp"

namespace ctx::log::detail {

Stat foreign_thread{"ctx_logging_foreign_thread_total",
                    "Log records formatted on another thread without a captured context: no ids."};
Stat capture_errors{"ctx_logging_capture_errors_total",
                    "Log records whose captured context could not be read: no ids."};
Stat format_errors{"ctx_logging_format_errors_total",
                   "Log lines whose message could not be formatted, or found no memory."};
Stat held_dropped{"ctx_logging_held_dropped_total",
                  "Lines that a request's buffer had no room for."};
Stat overrun{"ctx_logging_overrun_total",
             "Log lines that a full queue dropped, as of the last flush or overrun_lines()."};

}  // namespace ctx::log::detail
