// ctx/context/id_generator.hpp: fresh trace and span ids.
//
//     const ctx::TraceId trace = ctx::new_trace_id();
//     const ctx::SpanId span = ctx::new_span_id();
//     const auto flags = ctx::TraceFlags{ctx::TraceFlags::random_bit};   // all 16 bytes are random
//
// Threads   Safe from any thread; each thread draws from its own stream. A child process that was
//           forked draws from new streams.
// Errors    Never fails. If the kernel has no entropy yet, the call waits for it.
// Cost      A copy out of a per-thread block of key stream; every 14 trace ids a new block.
//           The stream is ChaCha with 8 rounds, keyed from getrandom(2): who sees ids cannot tell
//           the next ones. It is not meant to make keys or passwords.

#pragma once

#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>

#include <cstdint>

namespace ctx {

/// A fresh, valid trace id, all 16 bytes random: set TraceFlags::random_bit with it (W3C Trace
/// Context Level 2, 3.2.2.5.2).
[[nodiscard]] CTX_EXPORT TraceId new_trace_id() noexcept;

/// A fresh, valid span id.
[[nodiscard]] CTX_EXPORT SpanId new_span_id() noexcept;

/// 64 random bits from the same stream, for samplers and jitter.
[[nodiscard]] CTX_EXPORT std::uint64_t random_u64() noexcept;

}  // namespace ctx
