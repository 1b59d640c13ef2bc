#include "logging/spdlog/admission.hpp"

#include "logging/spdlog/held_lines.hpp"
#include "logging/spdlog/record.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/spdlog/log.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace ctx::log::detail {
namespace {

/// The answer for a record, which each sink of a synchronous logger asks for.
struct Verdict {
    const void* payload = nullptr;
    std::size_t size = 0;
    const void* logger = nullptr;
    const char* file = nullptr;
    int line = 0;
    int level = 0;
    spdlog::log_clock::time_point time;
    const void* asker = nullptr;  // the first
    Admission admission;
};

/// The last ones: a sink that logs asks for another record before the next sink asks for this one.
struct Verdicts {
    std::array<Verdict, 4> last;
    std::size_t next = 0;
};
[[gnu::tls_model("initial-exec")]] thread_local constinit Verdicts verdicts;

bool is_about(const Verdict& verdict, const spdlog::details::log_msg& message) noexcept {
    return verdict.payload == message.payload.data() && verdict.size == message.payload.size() &&
           verdict.logger == message.logger_name.data() &&
           verdict.file == message.source.filename && verdict.line == message.source.line &&
           verdict.level == static_cast<int>(message.level) && verdict.time == message.time;
}

Verdict* verdict_about(const spdlog::details::log_msg& message) noexcept {
    auto& last = verdicts.last;
    const auto found = std::find_if(last.begin(), last.end(), [&message](const Verdict& verdict) {
        return is_about(verdict, message);
    });
    return found == last.end() ? nullptr : &*found;
}

Verdict& next_place() noexcept {
    return verdicts.last[verdicts.next++ % verdicts.last.size()];
}

/// The first line of a request that fails may come from a call site of spdlog.
void release_held(Level level) noexcept {
    HeldLines* const held = HeldLines::of(current());
    if (held != nullptr && held->releases(level)) held->release(nullptr);
}

}  // namespace

RecordAdmission::RecordAdmission(const spdlog::details::log_msg& message,
                                 const void* asker) noexcept {
    if (ActiveValues::is_of_call(message.payload)) {
        values_ = ActiveValues::find(message.payload);
        return;
    }
    if (live_request_buffers.load(std::memory_order_relaxed) != 0) [[unlikely]]
        release_held(static_cast<Level>(message.level));
    if (const ActivePolicy* policy = policy_in_force()) [[unlikely]]
        ask(*policy, message, asker);
}

void RecordAdmission::ask(const ActivePolicy& policy, const spdlog::details::log_msg& message,
                          const void* asker) noexcept {
    Verdict* verdict = verdict_about(message);
    const bool is_first = verdict == nullptr || verdict->asker == asker;
    const auto level = static_cast<Level>(message.level);
    if (is_first) {
        if (verdict == nullptr) verdict = &next_place();
        *verdict = {message.payload.data(),
                    message.payload.size(),
                    message.logger_name.data(),
                    message.source.filename,
                    message.source.line,
                    static_cast<int>(message.level),
                    message.time,
                    asker,
                    admit(policy, current(), level, message.source.filename, message.source.line)};
    }
    is_written_ = verdict->admission.is_written;
    if (!is_written_) return;
    if (verdict->admission.suppressed != 0) {
        added_.emplace();
        added_->add("suppressed", std::uint64_t{verdict->admission.suppressed});
        values_ = added_->values();
    }
    if (is_first) {
        tell(policy, current(), level, {message.payload.data(), message.payload.size()}, values_);
    }
}

}  // namespace ctx::log::detail
