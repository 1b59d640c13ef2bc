// ctx/context/thread_dump.hpp: which request is each thread on?
//
//     ctx::dump_threads(STDERR_FILENO);      // in a watchdog, or in a handler of SIGABRT
//
//     4711 worker-0: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7
//     4712 worker-1: no context
//     4713 logger: did not answer
//
//     for (const ctx::ThreadContext& thread : ctx::thread_contexts()) …    // for a debug page
//
//     (gdb) call (void)ctx_dump_threads()    // or, also in a core dump, if the library
//     (gdb) thread apply all -s print *'ctx::detail::ctx_current_word'.node   // has debug information
//
// With -s the second command skips threads without a context, and does not end at the first.
//
// Every thread is asked by a signal and answers from its handler, wherever it is. The thread's own
// code pays nothing. SIGURG is taken because programs rarely use it and ignoring it is harmless; it
// gets back the handler that it had. Waits that the signal interrupts fail with EINTR as for every
// signal.
//
// Threads   Any; one dump at a time: a second one at the same time says so and does nothing.
//           dump_threads() may be called in signal handlers (async-signal-safe, POSIX 2.4.3).
// Errors    A thread that blocks the signal is not asked; one that does not answer in time is
//           listed without a context, and the signal gets its handler back with the next dump that
//           all answer. Without /proc the list has this thread only.
// Cost      A few system calls for each thread, about 20 microseconds.

#pragma once

#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// What a thread works on.
struct ThreadContext {
    enum class State : std::uint8_t {
        has_context,
        no_context,
        blocks_the_signal,  ///< not asked
        did_not_answer,     ///< in time
    };

    int id = 0;                   ///< as of gettid(2)
    std::array<char, 16> name{};  ///< as of pthread_setname_np(3), ended by a zero
    State state = State::did_not_answer;
    TraceId trace_id;  ///< of its context
    SpanId span_id;

    /// "4711 worker-0: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"
    [[nodiscard]] CTX_EXPORT std::string to_string() const;
};

struct ThreadDumpOptions {
    std::chrono::milliseconds each{100};   ///< how long one thread may take to answer
    std::chrono::milliseconds all{2'000};  ///< after that nobody is waited for
    int signal = 0;                        ///< zero: SIGURG
};

/// Asks every thread of the process. Empty while another dump is running.
[[nodiscard]] CTX_EXPORT std::vector<ThreadContext> thread_contexts(
    const ThreadDumpOptions& options = {});

/// Writes a line for every thread. Async-signal-safe. @return false while another dump is running.
CTX_EXPORT bool dump_threads(int file_descriptor, const ThreadDumpOptions& options = {}) noexcept;

}  // namespace ctx

/// dump_threads() to the standard error, by a name that is easy to call from a debugger.
extern "C" CTX_EXPORT void ctx_dump_threads() noexcept;
