#include "logging/spdlog/admission.hpp"

#include "logging/spdlog/record.hpp"
#include <ctx/context/current.hpp>

#include <string_view>

namespace ctx::log::detail {
namespace {

/// The answer for a record, which each sink of a synchronous logger asks for.
struct Verdict {
    const void* payload = nullptr;
    std::size_t size = 0;
    spdlog::log_clock::time_point time;
    Admission admission;
};
[[gnu::tls_model("initial-exec")]] thread_local constinit Verdict last;

bool is_about(const Verdict& verdict, const spdlog::details::log_msg& message) noexcept {
    return verdict.payload == message.payload.data() && verdict.size == message.payload.size() &&
           verdict.time == message.time;
}

}  // namespace

RecordAdmission::RecordAdmission(const spdlog::details::log_msg& message) noexcept {
    if (ActiveValues::is_of_call(message.payload)) {
        values_ = ActiveValues::find(message.payload);
        return;
    }
    if (const ActivePolicy* policy = policy_in_force()) [[unlikely]]
        ask(*policy, message);
}

void RecordAdmission::ask(const ActivePolicy& policy,
                          const spdlog::details::log_msg& message) noexcept {
    const bool is_first = !is_about(last, message);
    const auto level = static_cast<Level>(message.level);
    if (is_first) {
        last = {message.payload.data(), message.payload.size(), message.time,
                admit(policy, current(), level, message.source.filename, message.source.line)};
    }
    is_written_ = last.admission.is_written;
    if (!is_written_) return;
    if (last.admission.suppressed != 0) {
        added_.emplace();
        added_->add("suppressed", std::uint64_t{last.admission.suppressed});
        values_ = added_->values();
    }
    if (is_first) {
        tell(policy, current(), level, {message.payload.data(), message.payload.size()}, values_);
    }
}

}  // namespace ctx::log::detail
