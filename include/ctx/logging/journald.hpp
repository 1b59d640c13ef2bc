// ctx/logging/journald.hpp: log records as entries of systemd's journal, with ids as fields.
//
//     ctx::log::JournalSocket journal;
//     std::string entry;
//     ctx::log::append_journal_fields(entry, record, context);
//     journal.send(entry);                  // journalctl TRACE_ID=4bf92f3577b34da6a3ce929d0e0e4736
//
// In systemd's native protocol, without its library. Whoever logs with spdlog takes
// ctx::log::JournalSink (ctx/logging/spdlog/journal_sink.hpp).
//
// | field                                       |                                                 |
// |---------------------------------------------|-------------------------------------------------|
// | MESSAGE, PRIORITY, TID, LOGGER              | as the record says; PRIORITY 7 to 2             |
// | SYSLOG_IDENTIFIER                           | service.name of the resource, else the logger   |
// | TIMESTAMP                                   | when it was logged; the journal's: when it came |
// | CODE_FILE, CODE_LINE, CODE_FUNC             | the place in the source                         |
// | TRACE_ID, SPAN_ID, TRACE_FLAGS              | the request, if there is one; lower-case hex    |
// | BAGGAGE_<NAME>                              | fields of the baggage that say log()            |
// | <NAME>                                      | key-values of the line                          |
//
// Names are made of A-Z, 0-9 and _, at most 64: letters become capitals, all else `_`. One that the
// journal would not take (`_PID`, `3d`), or that is the journal's or the line's own (`message`,
// `object_pid`, `trace_id`), gets `X_` in front; one that the entry has already, a number behind.
//
// Threads   append_journal_fields() is pure; send() is safe from any thread.
// Errors    Any bytes in any text are one value of one field, kept as they are.
//           append_journal_fields() throws std::bad_alloc only. send() never throws: what does
//           not arrive is counted (`ctx_logging_journal_dropped_total`), also without a journal.
// Cost      One system call for an entry; six for one of more than about 200 KB, which goes as a
//           sealed file in memory. A journal that does not read holds a thread up for the time
//           given, once; until it reads again, entries are dropped without waiting.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/line_format.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

namespace ctx::log {

/// Appends the record as one entry. Of the options, `only_fields`, `secret_names` and the service's
/// name in `resource` count.
CTX_EXPORT void append_journal_fields(std::string& out, const LogRecord& record,
                                      const RecordContext& context,
                                      const LineOptions& options = {});

/// Where the journal of this machine listens.
inline constexpr std::string_view journal_path = "/run/systemd/journal/socket";

/// The way to a journal. Datagrams: a journal that is started again, or later, gets what is sent
/// from then on.
class CTX_EXPORT JournalSocket {
public:
    static constexpr std::chrono::milliseconds default_wait{100};

    /// Without a descriptor to be had, or with a path of more than 107 bytes, send() drops all.
    explicit JournalSocket(std::string_view path = journal_path,
                           std::chrono::milliseconds longest_wait = default_wait);
    ~JournalSocket();
    JournalSocket(const JournalSocket&) = delete;
    JournalSocket& operator=(const JournalSocket&) = delete;

    /// Sends an entry. @return false when it was dropped, and counted.
    bool send(std::string_view entry) noexcept;

private:
    std::string path_;
    int descriptor_ = -1;
    std::atomic<bool> congested_{false};
};

}  // namespace ctx::log
