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
[[gnu::tls_model("initial-exec")]] thread_local constinit const ActiveValues* innermost_values =
    nullptr;

}  // namespace

LogRecord record_of(const spdlog::details::log_msg& message) noexcept {
    return {message.time,
            static_cast<Level>(message.level),
            {message.logger_name.data(), message.logger_name.size()},
            {message.payload.data(), message.payload.size()},
            {message.source.filename, message.source.line, message.source.funcname},
            message.thread_id};
}

bool is_of_this_thread(const spdlog::details::log_msg& message) noexcept {
    if (message.thread_id == spdlog::details::os::thread_id()) [[likely]]
        return true;
    foreign_thread.add();
    return false;
}

RecordContext current_context(FragmentBuffer& buffer, Values values) noexcept {
    RecordContext context = log::record_context(current(), buffer);
    context.values = values;
    return context;
}

RecordContext ambient_context(const spdlog::details::log_msg& message,
                              FragmentBuffer& buffer) noexcept {
    if (!is_being_logged(message)) return {};
    return current_context(buffer, ActiveValues::find(message.payload));
}

ActiveValues::ActiveValues(std::string_view message, Values values) noexcept
    : message_(message), values_(values), outer_(innermost_values) {
    innermost_values = this;
}

ActiveValues::~ActiveValues() {
    innermost_values = outer_;
}

bool ActiveValues::is_of_call(spdlog::string_view_t payload) noexcept {
    // A sink may log itself, with other values or without.
    const ActiveValues* active = innermost_values;
    if (active == nullptr) [[likely]]
        return false;
    return active->message_.data() == payload.data() && active->message_.size() == payload.size();
}

Values ActiveValues::find(spdlog::string_view_t payload) noexcept {
    return is_of_call(payload) ? innermost_values->values_ : Values{};
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
