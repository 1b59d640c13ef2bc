// Which context a record of spdlog belongs to.

#pragma once

#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <spdlog/details/log_msg.h>

#include <string_view>

namespace ctx::log::detail {

/// True for a record that was copied to be sunk later: by a queue, or by spdlog's backtrace. Such a
/// copy keeps its payload right behind its logger's name; in a record that is just being logged
/// the two come from different objects. The thread alone does not tell: a backtrace is replayed by
/// the very thread that logged it, under another context.
[[nodiscard]] inline bool is_copy(const spdlog::details::log_msg& message) noexcept {
    return message.payload.data() == message.logger_name.data() + message.logger_name.size();
}

/// The message as the formats of lines want it; borrowed.
[[nodiscard]] LogRecord record_of(const spdlog::details::log_msg& message) noexcept;

/// False, and counted, for a record that another thread has formed.
[[nodiscard]] bool is_of_this_thread(const spdlog::details::log_msg& message) noexcept;

/// True for a record that this thread is just logging: its context is the current one.
[[nodiscard]] inline bool is_being_logged(const spdlog::details::log_msg& message) noexcept {
    return is_of_this_thread(message) && !is_copy(message);
}

/// What a record of this thread says of the current context, and of itself.
[[nodiscard]] RecordContext current_context(FragmentBuffer& buffer, Values values) noexcept;

/// The same for any record: nothing for one that this thread is not logging.
[[nodiscard]] RecordContext ambient_context(const spdlog::details::log_msg& message,
                                            FragmentBuffer& buffer) noexcept;

/// Hands key-values of a line through spdlog's logger, which knows of messages only.
class ActiveValues {
public:
    ActiveValues(std::string_view message, Values values) noexcept;
    ~ActiveValues();
    ActiveValues(const ActiveValues&) = delete;
    ActiveValues& operator=(const ActiveValues&) = delete;

    /// Whether a call of ctx::log makes the record with this payload on this thread.
    [[nodiscard]] static bool is_of_call(spdlog::string_view_t payload) noexcept;
    /// Those of the record with this payload on this thread, or none.
    [[nodiscard]] static Values find(spdlog::string_view_t payload) noexcept;

private:
    std::string_view message_;
    Values values_;
    const ActiveValues* outer_;
};

/// Says which context `message` has while a sink handles it, for formatters below that sink.
class ActiveRecord {
public:
    ActiveRecord(const spdlog::details::log_msg& message, const RecordContext& context) noexcept;
    ~ActiveRecord();
    ActiveRecord(const ActiveRecord&) = delete;
    ActiveRecord& operator=(const ActiveRecord&) = delete;

    /// The context of the record with this payload, or null.
    [[nodiscard]] static const RecordContext* find(spdlog::string_view_t payload) noexcept;

private:
    spdlog::string_view_t payload_;
    const RecordContext* context_;
    const ActiveRecord* outer_;
};

}  // namespace ctx::log::detail
