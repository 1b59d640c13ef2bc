#include "logging/spdlog/record.hpp"

#include "logging/spdlog/stats.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/spdlog/formatter.hpp>

#include <spdlog/details/os.h>

namespace ctx::log {
namespace detail {
namespace {

// Hands a parameter through the call of a sink that is not ours.
[[gnu::tls_model("initial-exec")]] thread_local constinit const ActiveRecord* innermost = nullptr;

}  // namespace

bool is_of_this_thread(const spdlog::details::log_msg& message) noexcept {
    if (message.thread_id == spdlog::details::os::thread_id()) [[likely]]
        return true;
    foreign_thread.add();
    return false;
}

RecordContext ambient_context(const spdlog::details::log_msg& message,
                              FragmentBuffer& buffer) noexcept {
    if (!is_of_this_thread(message) || is_copy(message)) return {};
    return log::record_context(current(), buffer);
}

ActiveRecord::ActiveRecord(const spdlog::details::log_msg& message,
                           const RecordContext& context) noexcept
    : payload_(message.payload), context_(&context), outer_(innermost) {
    innermost = this;
}

ActiveRecord::~ActiveRecord() {
    innermost = outer_;
}

const RecordContext* ActiveRecord::find(spdlog::string_view_t payload) noexcept {
    // A sink may log itself; that record is another one.
    const ActiveRecord* active = innermost;
    if (active == nullptr || active->payload_.data() != payload.data() ||
        active->payload_.size() != payload.size()) {
        return nullptr;
    }
    return active->context_;
}

}  // namespace detail

RecordContext record_context(const spdlog::details::log_msg& message,
                             FragmentBuffer& buffer) noexcept {
    const RecordContext* captured = detail::ActiveRecord::find(message.payload);
    return captured != nullptr ? *captured : detail::ambient_context(message, buffer);
}

}  // namespace ctx::log
