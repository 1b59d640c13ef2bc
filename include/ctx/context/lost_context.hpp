// ctx/context/lost_context.hpp: finds the places where work is handed on without a context.
//
//     $ CTX_LOST_CONTEXT=stacks ./service            # or set_lost_context_detection()
//
//     for (const ctx::LostPlace& place : ctx::lost_places())
//         std::cerr << place.to_string() << '\n';    // executors: 1204 from src/mailer.cpp:41 …
//
// Each adapter of ctx counts the tasks that it was given by a thread without a context: the
// request's identity was lost before that. Which line it was is worth knowing while somebody looks
// for it, and is not kept otherwise. The first task from each place is also told to the diagnostics
// handler (diagnostics.hpp). Work that has no request on purpose is not counted when it says so:
// background() and detach() (ctx/executors/bind.hpp). `ctx::asio::wrap(io, ctx::Context{})`, empty
// on purpose, is not counted, but each of its tasks is (`ctx_asio_tasks_without_context_total`).
//
//     // An adapter of your own:
//     ctx::LostContextCounter lost{"mylib", "ctx_mylib_tasks_without_context_total", "Tasks …"};
//     void submit(Task task, ctx::SourcePlace caller = ctx::SourcePlace::here()) {
//         if (!ctx::current()) lost.count(caller);
//
// Threads   Everything is safe from any thread.
// Errors    Nothing fails. Beyond 1024 places, or without memory, tasks are counted in
//           `ctx_lost_places_dropped_total` instead.
// Cost      Nothing while there is a context. Without one: a relaxed increment; with `places` and
//           `stacks` a mutex and a lookup besides, and with `stacks` the walk of the stack.

#pragma once

#include <ctx/context/source_place.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/export.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ctx {

/// What is kept of a task without a context. The environment variable `CTX_LOST_CONTEXT` with one
/// of these names sets it at start; another name is reported (diagnostics.hpp).
enum class LostContextDetection : std::uint8_t {
    count,   ///< that there was one (default)
    places,  ///< file and line of the call that submitted it, where the adapter knows
    stacks,  ///< that, and up to 16 callers
};

/// Process-wide; takes effect at once.
CTX_EXPORT void set_lost_context_detection(LostContextDetection detection) noexcept;

/// Tasks without a context that came from one place.
struct LostPlace {
    const char* adapter;       ///< "executors", "asio", …
    SourcePlace place;         ///< of the submitting call; not known to every adapter
    std::vector<void*> stack;  ///< return addresses, innermost first; empty without `stacks`
    std::uint64_t tasks;

    /// "executors: 3 from src/mailer.cpp:41", and a line for each caller: its name where the
    /// object exports it, else what addr2line takes.
    [[nodiscard]] CTX_EXPORT std::string to_string() const;
};

/// Every place since the process started, the most frequent first.
[[nodiscard]] CTX_EXPORT std::vector<LostPlace> lost_places();

/// What an adapter counts tasks without a context with. Must have static storage duration.
class CTX_EXPORT LostContextCounter {
public:
    /// @param adapter, stat_name, help  must have static storage duration.
    LostContextCounter(const char* adapter, const char* stat_name, const char* help) noexcept
        : adapter_(adapter), tasks_(stat_name, help) {}

    /// A task was submitted without a context.
    void count(SourcePlace caller = {}) noexcept;

    [[nodiscard]] std::uint64_t value() const noexcept { return tasks_.value(); }

private:
    const char* adapter_;
    Stat tasks_;
};

}  // namespace ctx
