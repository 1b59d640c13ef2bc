#include "logging/spdlog/record.hpp"
#include <ctx/logging/spdlog/formatter.hpp>
#include <ctx/logging/spdlog/journal_sink.hpp>

#include <utility>

namespace ctx::log {

JournalSink::JournalSink(LineOptions options, std::string_view path)
    : options_(std::move(options)), journal_(path) {}

void JournalSink::log(const spdlog::details::log_msg& message) {
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    std::string entry;
    append_journal_fields(entry, detail::record_of(message), record_context(message, buffer),
                          options_);
    journal_.send(entry);
}

}  // namespace ctx::log
