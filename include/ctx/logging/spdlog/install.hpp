// ctx/logging/spdlog/install.hpp: lets the loggers that a program already has carry contexts.
//
//     int main() {
//         set_up_my_loggers();
//         const auto report = ctx::log::install();
//         if (!report.complete()) std::fputs(report.to_string().c_str(), stderr);
//
// Synchronous loggers get their sinks wrapped in place, so pointers that somebody holds go on
// working. An asynchronous logger of spdlog cannot be changed: another takes its place in spdlog's
// registry, with its name, sinks, levels, error handler, backtrace and overflow policy. A pointer to
// the old one that was taken before goes on logging, without ids; the report names such loggers.
//
// Threads   install() and uninstall() exchange sinks and the default logger, which spdlog reads
//           without a lock: call them before threads log, or after. flush() and overrun_lines()
//           are safe from any thread.
// Errors    Nothing throws but std::bad_alloc and what spdlog throws on registering. Sinks that
//           throw are handled by the loggers' error handler, as before. A full ring waits or
//           drops as Overflow says, a full pool as the logger's policy does; both are counted.
// Cost      Per line less than half of what spdlog's queue takes; no allocation after a request's
//           first line. With keep_pool a few nanoseconds more than the same logger without, and no
//           allocation as long as name, message, fields and 36 bytes fit into the 250 bytes that
//           spdlog's queue holds in place. bench/logging_bench.cpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/spdlog/options.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ctx::log {

/// What install() did, by names of loggers.
struct InstallReport {
    struct Unreachable {
        std::string logger;
        std::string reason;
    };

    std::vector<std::string> wrapped;    ///< synchronous, sinks wrapped in place
    std::vector<std::string> replaced;   ///< asynchronous, another in its place
    std::vector<std::string> unchanged;  ///< carried contexts before
    std::vector<Unreachable> unreachable;
    std::vector<std::string> refused_fields;  ///< declared, but the line itself uses the name
    std::vector<std::string> refused_resource_attributes;
    bool disabled = false;  ///< OTEL_SDK_DISABLED=true: nothing was done

    [[nodiscard]] bool complete() const noexcept {
        return !disabled && unreachable.empty() && refused_fields.empty() &&
               refused_resource_attributes.empty();
    }
    [[nodiscard]] CTX_EXPORT std::string to_string() const;
};

/// Lets every registered logger carry contexts, and tells the factories how to. A second call
/// leaves alone what the first has done and reaches the loggers and sinks added since. From then on
/// ctx::flush() and ctx::shutdown() flush the loggers, too.
CTX_EXPORT InstallReport install(const Options& options = {});

/// Puts back the sinks and loggers that install() found. Loggers of the factories stay. A sink's
/// formatter that Format::json replaced becomes the last one that was set since, else spdlog's
/// default. Below libctx_log_preload.so dump backtraces first: what they remember is for the
/// wrapped sinks.
CTX_EXPORT void uninstall();

/// Waits until every line that loggers with contexts accepted before the call has reached its sinks
/// and they have flushed; not for loggers that install() could not reach. With a pool of several
/// workers a line that another worker holds in its hands may come a moment later. @return false when
/// that took longer than `timeout`; also when called by a worker of the pool, which cannot wait for
/// itself.
CTX_EXPORT bool flush(std::chrono::milliseconds timeout);

/// Lets lines that are on their way to the backend reach their sinks when the process
/// dies of SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT; then whatever handled the signal before has
/// its turn. A sink whose lock the dying thread holds is waited for `patience` and no longer. Call
/// it after the handlers of others are installed.
CTX_EXPORT void drain_on_fatal_signals(std::chrono::milliseconds patience = std::chrono::seconds{
                                           2});

/// Lines that spdlog's global thread pool has overrun (dropped, the oldest first) because it was
/// full, since it was made; also brings `ctx_logging_overrun_total` up to date.
CTX_EXPORT std::uint64_t overrun_lines();

}  // namespace ctx::log
