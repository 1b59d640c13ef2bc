// The line policy at the places where spdlog hands its records over.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/logging/detail/line_policy.hpp>
#include <ctx/logging/values.hpp>

#include <spdlog/details/log_msg.h>

#include <optional>

namespace ctx::log::detail {

/// What becomes of a record that a call site of spdlog has made on this thread, under the current
/// context. Values are what the call of ctx::log has, or what the policy adds.
class RecordAdmission {
public:
    /// Asks the policy, unless the call of ctx::log did. Tells the span and the observer.
    /// @param asker  the sink or logger; one that asks a second time has another record
    RecordAdmission(const spdlog::details::log_msg& message, const void* asker) noexcept;
    RecordAdmission(const RecordAdmission&) = delete;
    RecordAdmission& operator=(const RecordAdmission&) = delete;

    [[nodiscard]] bool is_written() const noexcept { return is_written_; }
    [[nodiscard]] Values values() const noexcept { return values_; }

private:
    void ask(const ActivePolicy& policy, const spdlog::details::log_msg& message,
             const void* asker) noexcept;

    bool is_written_ = true;
    Values values_;
    std::optional<ValueBuffer> added_;
};

}  // namespace ctx::log::detail
