// ctx/logging/spdlog/request_buffer.hpp: the debug lines of requests that fail, and of no others.
//
//     const ctx::Scope scope{ctx::log::with_request_buffer(ctx::extract(request))};
//     ctx::log::debug("cache says {}", state);       // below the logger's level: kept, not written
//     ctx::log::error("no answer", err(code));       // writes what was kept, then itself
//
// Calls of ctx::log whose line the logger's level or the policy would leave out are kept with the
// request, with their time, thread and ids, and forgotten with it. The first line from `release_at`
// on, the end in error of the first span of the request here, if it is recorded, or
// release_request_lines() writes them in their order; lines after that are written at once.
// Branches, coroutines and tasks of the request share the buffer. Call sites of spdlog that are
// below the logger's level are never seen by anybody; an error of theirs releases as any.
//
// Threads   Safe from any thread; a buffer has a lock of its own.
//           Not to be used within spdlog::apply_all(), which holds the registry that is asked for
//           loggers. Policies' observers do not hear of lines that are written late.
// Errors    with_request_buffer() throws std::bad_alloc. When a buffer is full, or there is no
//           memory, its oldest lines are dropped and counted (`ctx_logging_held_dropped_total`). A
//           line goes to the logger of its name, or to spdlog's default logger when there is none.
// Cost      A kept line is formatted and copied, about as much as one that is written. Lines that
//           nobody wants cost one load more while any request has a buffer.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>

#include <cstddef>

namespace ctx::log {

struct RequestBufferOptions {
    /// Lines below it are not kept.
    Level from = Level::debug;
    /// The level of a line that makes the request one that fails.
    Level release_at = Level::error;
    std::size_t max_lines = 64;
    std::size_t max_bytes = std::size_t{16} << 10;
};

/// The same request with a buffer, in place of one that it may have.
[[nodiscard]] CTX_EXPORT Context with_request_buffer(ContextView request,
                                                     const RequestBufferOptions& options = {});

/// Writes what the request's buffer has kept, and all lines from now on: for an answer that says
/// that the request failed. Nothing without a buffer.
CTX_EXPORT void release_request_lines(ContextView request) noexcept;

}  // namespace ctx::log
