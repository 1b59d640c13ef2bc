// libctx_log_preload.so puts itself in front of libspdlog.so.1.10 (LD_PRELOAD): every line of a
// program that nobody touched gets ` trace_id=… span_id=…` of the thread's context behind its
// message, before spdlog queues it or remembers it for a backtrace. Loggers that carry contexts by
// themselves have their lines as before; what their backtraces remember gets its context, too.
//
// Threads   As spdlog's loggers.
// Errors    Without memory for a long line it goes on without ids. Nothing is thrown but by spdlog.
// Cost      No allocation for a message of up to 1 KiB; the message is copied.

#include "logging/preload/behind.hpp"
#include "logging/spdlog/record.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace ctx::log::detail {
namespace {

using spdlog::details::log_msg;

constexpr std::size_t stack_message_bytes = 1024;

/// A sink of ctx. Its class is hidden in the library that has it; the program may do without.
bool shows_context(const spdlog::sinks::sink& sink) {
    static constexpr std::string_view name = "N3ctx3log6detail11ContextSinkE";
    return typeid(sink).name() == name;
}

/// Calls `use` with `message` and what `append` writes behind it, at most `Room` bytes.
template <std::size_t Room, typename Append, typename Use>
void with_more(const log_msg& message, spdlog::string_view_t text, const Append& append,
               const Use& use) {
    const auto use_in = [&](char* memory) {
        const char* end = append(std::copy(text.begin(), text.end(), memory));
        log_msg longer = message;
        longer.payload = {memory, static_cast<std::size_t>(end - memory)};
        use(longer);
    };
    if (text.size() <= stack_message_bytes) {
        std::array<char, stack_message_bytes + Room> memory;  // NOLINT(*-member-init)
        use_in(memory.data());
        return;
    }
    const std::unique_ptr<char[]> memory{new (std::nothrow) char[text.size() + Room]};
    if (memory != nullptr) {
        use_in(memory.get());
    } else {
        use(message);
    }
}

RecordContext context_of(const log_msg& message, FragmentBuffer& buffer) noexcept {
    return is_copy(message) ? RecordContext{} : log::record_context(current(), buffer);
}

void log_with_suffix(spdlog::logger* logger, Behind spdlog, const log_msg& message,
                     bool log_enabled, bool traceback_enabled) {
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    const RecordContext context = context_of(message, buffer);
    const auto go_on = [&](const log_msg& longer) {
        spdlog.log_it(logger, longer, log_enabled, traceback_enabled);
    };
    if (context.empty()) {
        go_on(message);
        return;
    }
    with_more<max_suffix_bytes>(
        message, message.payload,
        [&](char* out) noexcept { return write_text_suffix(out, context); }, go_on);
}

/// A line below the logger's level goes to the backtrace and nowhere else: only here can its
/// context be had.
void log_with_capture(spdlog::logger* logger, Behind spdlog, const log_msg& message,
                      bool log_enabled) {
    const spdlog::string_view_t text = message.payload;  // the logger may put another in its place
    if (log_enabled) spdlog.log_it(logger, message, true, false);
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    const RecordContext context = context_of(message, buffer);
    with_more<max_fields_bytes + capture_trailer_bytes>(
        message, text, [&](char* out) noexcept { return append_capture(out, context); },
        [&](const log_msg& longer) { spdlog.log_it(logger, longer, false, true); });
}

}  // namespace
}  // namespace ctx::log::detail

[[gnu::visibility("default")]] void spdlog::logger::log_it_(const details::log_msg& log_msg,
                                                            bool log_enabled,
                                                            bool traceback_enabled) {
    using namespace ctx::log::detail;
    const Behind spdlog = behind(__builtin_return_address(0));
    if (spdlog.log_it == nullptr) return;
    if (!spdlog.is_known || !is_switched_on()) {
        spdlog.log_it(this, log_msg, log_enabled, traceback_enabled);
        return;
    }
    const auto ours = static_cast<std::size_t>(std::count_if(
        sinks_.begin(), sinks_.end(), [](const sink_ptr& sink) { return shows_context(*sink); }));
    if (ours == 0) {
        log_with_suffix(this, spdlog, log_msg, log_enabled, traceback_enabled);
    } else if (ours == sinks_.size() && traceback_enabled) {
        log_with_capture(this, spdlog, log_msg, log_enabled);
    } else {
        spdlog.log_it(this, log_msg, log_enabled, traceback_enabled);
    }
}
