// ctx/context/lifecycle.hpp: hands over everything that is still buffered, in bounded time.
//
//     int main() {
//         …
//         ctx::shutdown(std::chrono::seconds{2});   // before the exporters' files are closed
//     }
//
// Threads   Safe from any thread; calls run one after the other.
// Errors    false when a layer could not finish in time; what is lost is counted by that layer.
//           Throws std::bad_alloc and nothing else.
// Cost      Waits as long as the slowest layer needs, never longer than the timeout allows.

#pragma once

#include <ctx/export.hpp>

#include <chrono>

namespace ctx {

/// Something that buffers: a log backend, a span exporter. It is asked in the reverse order of
/// registration, so what was built last (and feeds the earlier) is emptied first.
class CTX_EXPORT Flushable {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    Flushable() = default;
    Flushable(const Flushable&) = delete;
    Flushable& operator=(const Flushable&) = delete;

    /// Hands over all that was accepted before the call. @return false when not done by `deadline`.
    virtual bool flush(Deadline deadline) noexcept = 0;
    /// flush(), then accepts nothing more. Called at most once.
    virtual bool shutdown(Deadline deadline) noexcept = 0;

protected:
    virtual ~Flushable() = default;
};

/// Adds to, and takes from, the list that flush() and shutdown() walk. unregister_flushable()
/// returns only when no call to that object is running.
CTX_EXPORT void register_flushable(Flushable& flushable);
CTX_EXPORT void unregister_flushable(Flushable& flushable) noexcept;

/// Asks every layer to hand over what it buffers. More than a year counts as a year.
/// @return true when all did within `timeout`.
CTX_EXPORT bool flush(std::chrono::milliseconds timeout);

/// The same, for the last time. A second call asks only those that were registered since the
/// first, and returns true at once when there are none.
CTX_EXPORT bool shutdown(std::chrono::milliseconds timeout);

}  // namespace ctx
