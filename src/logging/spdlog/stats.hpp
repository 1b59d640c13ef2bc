// What the adapter counts about itself; only what is rare.

#pragma once

#include <ctx/context/stats.hpp>

namespace ctx::log::detail {

extern Stat foreign_thread;
extern Stat capture_errors;
extern Stat format_errors;
extern Stat held_dropped;
extern Stat overrun;

}  // namespace ctx::log::detail
