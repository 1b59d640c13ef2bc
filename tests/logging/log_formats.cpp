// Writes three lines in a format, or sends them to this machine's journal, for other people's programs to read: one of a request with fields
// and values, one of another request that is not sampled, one without.
//
//   log_formats json|logfmt|ecs|otlp_json|gcp|datadog|loki|rfc5424|console|journald

#include "logging/contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using ctx::log::Level;
using ctx::log::LineFormat;
using ctx::log::RecordContext;

constexpr std::string_view names[] = {"json",    "logfmt", "ecs",     "otlp_json", "gcp",
                                      "datadog", "loki",   "rfc5424", "console"};

ctx::log::LogRecord record(Level level, std::string_view message) {
    ctx::log::LogRecord result;
    result.time = std::chrono::system_clock::time_point{1795192028095260us};
    result.level = level;
    result.logger = "orders";
    result.message = message;
    return result;
}

/// Calls `show` with each record and its context.
template <typename Show>
void for_each_record(const Show& show) {
    const auto span = ctx::test::span_context();
    ctx::log::ValueBuffer values;
    values.add("items", std::int64_t{3});
    values.add("sum", 2.5);
    values.add("paid", true);
    values.add("note", "\"ring\" [twice]\n\\o/");
    RecordContext first{span.trace_id, span.span_id, span.flags, R"(,"tenant":"acme")", {}, {}};
    first.values = values.values();
    show(record(Level::info, "order 17\naccepted"), first);
    const RecordContext second{ctx::TraceId{0, 0xb}, ctx::SpanId{0xc}, {}, {}, {}, {}};
    show(record(Level::error, "order 18 lost"), second);
    show(record(Level::warn, "idle"), RecordContext{});
}

ctx::log::LineOptions options() {
    ctx::log::LineOptions result;
    result.resource = ctx::Resource{{{"service.name", "checkout"}}};
    result.gcp_project = "acme";
    return result;
}

void print_lines(LineFormat format) {
    const auto writer = ctx::log::make_line_writer(format, options());
    std::string out;
    for_each_record(
        [&](const auto& record, const auto& context) { writer->append(out, record, context); });
    std::fputs(out.c_str(), stdout);
}

/// With one more of a request, that no datagram holds.
bool send_to_journal() {
    ctx::log::JournalSocket journal;
    bool is_sent = true;
    const auto send = [&](const ctx::log::LogRecord& record, const RecordContext& context) {
        std::string entry;
        ctx::log::append_journal_fields(entry, record, context, options());
        is_sent = journal.send(entry) && is_sent;
    };
    for_each_record(send);
    ctx::log::ValueBuffer values;
    values.add("_PID", "1");
    values.add("message", "forged\n_UID=0");
    const auto span = ctx::test::span_context();
    send(record(Level::debug, std::string(1 << 20, 'x')),
         {span.trace_id, span.span_id, span.flags, R"(,"_PID":"1")", {}, values.values()});
    return is_sent;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && argv[1] == std::string_view{"journald"}) return send_to_journal() ? 0 : 1;
    const auto* const name =
        std::find(std::begin(names), std::end(names), argc == 2 ? argv[1] : "");
    if (name == std::end(names)) return 2;
    print_lines(static_cast<LineFormat>(name - std::begin(names)));
    return 0;
}
