// Lets spdlog's backtrace remember a record together with its context.

#pragma once

#include <ctx/logging/record_context.hpp>

#include <spdlog/details/log_msg.h>

#include <vector>

namespace ctx::log::detail {

/// Memory that outlives sink_it_(), which spdlog copies from afterwards. Null while the thread
/// ends: other thread-local objects may log from their destructors.
[[nodiscard]] std::vector<char>* remembered_bytes();

/// Puts message and context together in `memory` and makes `message` refer to it. It is a local
/// variable of spdlog's log functions and not const there.
void remember_with_capture(const spdlog::details::log_msg& message, const RecordContext& context,
                           std::vector<char>& memory);

}  // namespace ctx::log::detail
