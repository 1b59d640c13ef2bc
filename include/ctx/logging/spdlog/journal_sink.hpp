// ctx/logging/spdlog/journal_sink.hpp: lines in systemd's journal, with ids as fields.
//
//     auto journal = std::make_shared<ctx::log::JournalSink>();
//     spdlog::set_default_logger(std::make_shared<spdlog::logger>("orders", journal));
//     ctx::log::install();
//     spdlog::info("accepted");             // journalctl TRACE_ID=4bf92f3577b34da6a3ce929d0e0e4736
//
// The fields of an entry are in ctx/logging/journald.hpp. Behind every kind of logger; the message
// is as it was logged: patterns, formatters and Options::format have no say.
//
// Threads   As a sink `_mt`, without a lock.
// Errors    What does not reach the journal is counted (`ctx_logging_journal_dropped_total`).
//           log() throws std::bad_alloc only.
// Cost      One allocation or a few, and a system call for each line.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/journald.hpp>

#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>
#include <string_view>

namespace ctx::log {

class CTX_EXPORT JournalSink final : public spdlog::sinks::sink {
public:
    /// @param options  see append_journal_fields()
    explicit JournalSink(LineOptions options = {.resource = Resource::from_environment()},
                         std::string_view path = journal_path);

    void log(const spdlog::details::log_msg& message) override;
    void flush() override {}
    void set_pattern(const std::string& /*pattern*/) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

private:
    const LineOptions options_;
    JournalSocket journal_;
};

}  // namespace ctx::log
