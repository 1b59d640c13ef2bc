// Entries of systemd's journal, and the way to it.

#include "logging/journal.hpp"
#include "logging/records.hpp"
#include <ctx/context.hpp>
#include <ctx/logging.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ctx::log::JournalSocket;
using ctx::log::LineOptions;
using ctx::log::LogRecord;
using ctx::log::RecordContext;
using ctx::log::ValueBuffer;
using ctx::test::context_with;
using ctx::test::Journal;
using ctx::test::JournalEntry;
using ctx::test::some_record;
using testing::ElementsAre;
using testing::Pair;

JournalEntry entry(const LogRecord& record, const RecordContext& context,
                   const LineOptions& options = {}) {
    std::string bytes;
    ctx::log::append_journal_fields(bytes, record, context, options);
    return JournalEntry{bytes};
}

/// The name that a key-value gets, behind the first one if there is one.
std::string name_of(std::string_view key, std::string_view first = {}) {
    ValueBuffer values;
    if (!first.empty()) values.add(first, "1");
    values.add(key, "value");
    const auto fields = entry(some_record(), context_with(values)).fields();
    EXPECT_EQ(fields.back().second, "value");
    return fields.back().first;
}

std::uint64_t dropped() {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == "ctx_logging_journal_dropped_total") return sample.value;
    }
    return UINT64_MAX;
}

TEST(JournalFields, say_what_the_record_and_its_context_say) {
    LogRecord record = some_record();
    record.level = ctx::log::Level::warn;
    record.thread_id = 42;
    record.source = {"src/a.cc", 17, "accept"};
    ValueBuffer values;
    values.add("items", std::int64_t{3});
    values.add("order.sum", 2.5);
    values.add("sku", "A \"7\"");
    LineOptions options;
    options.resource = ctx::Resource{{{"service.name", "checkout"}}};
    const auto got = entry(record, context_with(values, R"(,"tenant":"ac\"me")"), options);
    EXPECT_THAT(got.fields(),
                ElementsAre(Pair("MESSAGE", "order 17 accepted"), Pair("PRIORITY", "4"),
                            Pair("SYSLOG_IDENTIFIER", "checkout"), Pair("LOGGER", "svc"),
                            Pair("TIMESTAMP", "2026-11-20T16:27:08.095260Z"), Pair("TID", "42"),
                            Pair("CODE_FILE", "src/a.cc"), Pair("CODE_LINE", "17"),
                            Pair("CODE_FUNC", "accept"), Pair("TRACE_ID", ctx::test::trace_hex),
                            Pair("SPAN_ID", ctx::test::span_hex), Pair("TRACE_FLAGS", "01"),
                            Pair("BAGGAGE_TENANT", "ac\"me"), Pair("ITEMS", "3"),
                            Pair("ORDER_SUM", "2.5"), Pair("SKU", "A \"7\"")));
}

TEST(JournalFields, without_a_request_have_no_ids) {
    EXPECT_THAT(entry(some_record(), {}).fields(),
                ElementsAre(Pair("MESSAGE", "order 17 accepted"), Pair("PRIORITY", "6"),
                            Pair("SYSLOG_IDENTIFIER", "svc"), Pair("LOGGER", "svc"),
                            Pair("TIMESTAMP", "2026-11-20T16:27:08.095260Z")));
}

TEST(JournalFields, have_any_bytes_in_values_and_begin_no_field_there) {
    const auto hostile = "MESSAGE=forged\n_PID=1\nTRACE_ID\n\1\0\0\0\0\0\0\0x\n\xff=\0"s;
    LogRecord record = some_record();
    record.message = hostile;
    record.logger = hostile;
    record.source = {"a\nb", 1, "f\n=g"};
    ValueBuffer values;
    values.add("key", std::string_view{hostile});
    const auto got = entry(record, context_with(values, R"(,"tenant":"a\n_UID=0")"));
    EXPECT_EQ(got.fields().size(), 13U);
    EXPECT_EQ(got["MESSAGE"], hostile);
    EXPECT_EQ(got["SYSLOG_IDENTIFIER"], hostile);
    EXPECT_EQ(got["KEY"], hostile);
    EXPECT_EQ(got["CODE_FILE"], "a\nb");
    EXPECT_EQ(got["CODE_FUNC"], "f\n=g");
    EXPECT_EQ(got["BAGGAGE_TENANT"], "a\n_UID=0");
    EXPECT_EQ(got["TRACE_ID"], ctx::test::trace_hex);
}

TEST(JournalFields, take_no_name_that_is_the_journals_or_the_lines_own) {
    EXPECT_EQ(name_of("_PID"), "X_PID");
    EXPECT_EQ(name_of("__CURSOR"), "X__CURSOR");
    EXPECT_EQ(name_of("message"), "X_MESSAGE");
    EXPECT_EQ(name_of("MESSAGE_ID"), "X_MESSAGE_ID");
    EXPECT_EQ(name_of("trace.id"), "X_TRACE_ID");
    EXPECT_EQ(name_of("object_pid"), "X_OBJECT_PID");
    EXPECT_EQ(name_of("syslog-facility"), "X_SYSLOG_FACILITY");
    EXPECT_EQ(name_of("baggage.tenant"), "X_BAGGAGE_TENANT");
    EXPECT_EQ(name_of("3d"), "X_3D");
    EXPECT_EQ(name_of(""), "X");
    EXPECT_EQ(name_of("a=b\nMESSAGE"), "A_B_MESSAGE");
    EXPECT_EQ(name_of("gr\xC3\xB6\xC3\x9F"
                      "e"),
              "GR____E");
}

TEST(JournalFields, have_each_name_once_and_at_most_64_bytes_of_it) {
    EXPECT_EQ(name_of("a.b", "a_b"), "A_B_1");
    EXPECT_EQ(name_of("pid", "_PID"), "PID");
    EXPECT_EQ(name_of("x_pid", "_PID"), "X_PID_1");
    const std::string longest(64, 'k');
    EXPECT_EQ(name_of(longest + "x"), std::string(64, 'K'));
    EXPECT_EQ(name_of(longest + "y", longest + "x"), std::string(62, 'K') + "_1");
    EXPECT_EQ(name_of("_" + longest), "X_" + std::string(62, 'K'));
}

TEST(JournalFields, keep_baggage_apart_whatever_it_is_called) {
    const auto got = entry(
        some_record(), context_with({}, R"(,"MESSAGE":"a","_PID":"b","a.b":"c","a-b":"d","":"e")"));
    EXPECT_EQ(got.fields().size(), 13U);
    EXPECT_EQ(got["MESSAGE"], "order 17 accepted");
    EXPECT_EQ(got["BAGGAGE_MESSAGE"], "a");
    EXPECT_EQ(got["BAGGAGE__PID"], "b");
    EXPECT_EQ(got["BAGGAGE_A_B"], "c");
    EXPECT_EQ(got["BAGGAGE_A_B_1"], "d");
    EXPECT_EQ(got["BAGGAGE_"], "e");
}

TEST(JournalFields, hide_secrets_and_unwanted_fields) {
    ValueBuffer values;
    values.add("password", "hunter2");
    LineOptions options;
    options.only_fields = {"tier"};
    const auto got =
        entry(some_record(), context_with(values, R"(,"tenant":"acme","tier":"gold")"), options);
    EXPECT_EQ(got["PASSWORD"], "***");
    EXPECT_EQ(got["BAGGAGE_TIER"], "gold");
    EXPECT_FALSE(got.has("BAGGAGE_TENANT"));
}

class JournalWay : public testing::Test {
protected:
    Journal journal_;
    JournalSocket socket_{journal_.path(), 30s};
};

TEST_F(JournalWay, brings_entries_of_any_size) {
    journal_.open();
    for (const std::size_t size : std::vector<std::size_t>{0, 1, 100'000, 1 << 20, 8 << 20}) {
        std::string text(size, 'x');
        errno = 0;
        ASSERT_TRUE(socket_.send("MESSAGE=" + text + "\n")) << size << ": " << std::strerror(errno);
        EXPECT_EQ(journal_.next()["MESSAGE"], text);
    }
    EXPECT_EQ(journal_.files(), 2);
    EXPECT_TRUE(journal_.is_empty());
}

TEST_F(JournalWay, is_there_again_when_the_journal_is) {
    const auto before = dropped();
    EXPECT_FALSE(socket_.send("MESSAGE=a\n"));
    EXPECT_FALSE(socket_.send("MESSAGE=" + std::string(1 << 20, 'a') + '\n'));
    EXPECT_EQ(dropped(), before + 2);
    for (const char* text : {"b", "c"}) {
        journal_.open();
        EXPECT_TRUE(socket_.send("MESSAGE=" + std::string{text} + '\n'));
        EXPECT_EQ(journal_.next()["MESSAGE"], text);
        journal_.close();
        EXPECT_FALSE(socket_.send("MESSAGE=lost\n"));
    }
    EXPECT_EQ(dropped(), before + 4);
}

TEST_F(JournalWay, is_not_waited_on_for_ever_nor_twice) {
    journal_.open();
    JournalSocket impatient{journal_.path(), 500ms};
    const auto before = dropped();
    std::size_t taken = 0;
    while (impatient.send("MESSAGE=a\n"))
        ++taken;
    ASSERT_EQ(dropped(), before + 1);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(impatient.send("MESSAGE=b\n"));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);  // not 100 times 500 ms
    EXPECT_EQ(dropped(), before + 101);
    for (; taken > 0; --taken)
        EXPECT_EQ(journal_.next()["MESSAGE"], "a");
    EXPECT_TRUE(journal_.is_empty());
    EXPECT_TRUE(impatient.send("MESSAGE=c\n"));
    EXPECT_EQ(journal_.next()["MESSAGE"], "c");
}

TEST_F(JournalWay, leads_nowhere_from_a_path_that_is_none) {
    const auto before = dropped();
    EXPECT_FALSE(JournalSocket{std::string(108, 'x')}.send("MESSAGE=a\n"));
    EXPECT_FALSE(JournalSocket{std::string(5000, 'x')}.send("MESSAGE=a\n"));
    EXPECT_FALSE(JournalSocket{""}.send("MESSAGE=a\n"));
    EXPECT_EQ(dropped(), before + 3);
}

TEST_F(JournalWay, serves_several_threads) {
    journal_.open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([this, t] {
            for (int i = 0; i < 100; ++i) {
                const std::string text(i % 50 == 0 ? 300'000 : 100, static_cast<char>('a' + t));
                EXPECT_TRUE(socket_.send("MESSAGE=" + text + '\n'));
            }
        });
    }
    std::vector<int> counts(4);
    for (int i = 0; i < 400; ++i) {
        const std::string text = journal_.next()["MESSAGE"];
        const char letter = text.front();
        ASSERT_TRUE(letter >= 'a' && letter <= 'd' &&
                    text.find_first_not_of(letter) == std::string::npos);
        ++counts[static_cast<std::size_t>(letter - 'a')];
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_THAT(counts, testing::Each(100));
}

}  // namespace
