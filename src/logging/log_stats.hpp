// What this library counts about itself. Only what is rare: nothing here is touched per line.

#pragma once

#include <ctx/context/stats.hpp>

namespace ctx::log::detail {

extern Stat invalid_utf8;
extern Stat truncated;
extern Stat refused_fields;
extern Stat dropped_lines;
extern Stat unsampled_lines;
extern Stat suppressed_lines;
extern Stat refused_debug_requests;
extern Stat used_up_debug_requests;
extern Stat dropped_span_events;
extern Stat refused_lines;
extern Stat journal_dropped;

}  // namespace ctx::log::detail
