#include "metrics/gunzip.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/metrics/page.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::MetricsPage;
using ctx::ScrapeAnswer;
using ctx::test::ScriptedSource;
using std::chrono::milliseconds;

constexpr milliseconds forever{std::chrono::hours{24}};
constexpr const char* openmetrics = "application/openmetrics-text;version=1.0.0";

/// A source that waits in its first write() until it is let go.
class Gate {
public:
    explicit Gate(ScriptedSource& source) {
        source.before_write = [this, &source] {
            if (source.writes() != 1) return;
            entered_.set_value();
            opened_.get_future().wait();
            if (fails_) throw std::runtime_error("the first one fails");
        };
    }
    void wait_until_entered() { entered_.get_future().wait(); }
    void open(bool fails = false) {
        fails_ = fails;
        opened_.set_value();
    }

private:
    std::promise<void> entered_;
    std::promise<void> opened_;
    bool fails_ = false;
};

class SharedPage : public testing::Test {
protected:
    std::unique_ptr<MetricsPage> make(milliseconds share_for) {
        auto page = std::make_unique<MetricsPage>(
            ctx::MetricsPageOptions{.self_metrics = false, .share_for = share_for});
        page->add(source);
        return page;
    }

    std::shared_ptr<ScriptedSource> source = std::make_shared<ScriptedSource>();
};

TEST_F(SharedPage, six_scrapers_at_once_need_one_page) {
    constexpr int scrapers = 6;
    const auto page = make(forever);
    Gate gate{*source};
    std::vector<std::future<ScrapeAnswer>> answers;
    answers.push_back(std::async(std::launch::async, [&] { return page->answer({}); }));
    gate.wait_until_entered();
    // None of these can have an answer before the gate opens: there is no other page.
    std::atomic<int> answered{0};
    for (int i = 1; i < scrapers; ++i) {
        answers.push_back(std::async(std::launch::async, [&] {
            ScrapeAnswer answer = page->answer({});
            answered.fetch_add(1);
            return answer;
        }));
    }
    EXPECT_EQ(answered.load(), 0);
    gate.open();
    std::vector<ScrapeAnswer> all;
    for (auto& answer : answers)
        all.push_back(answer.get());
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(source->writes(), 1U);
    for (const ScrapeAnswer& answer : all) {
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body.get(), all[0].body.get());  // not a copy
    }
    EXPECT_EQ(*all[0].body, "# TYPE writes gauge\nwrites 1\n");
}

TEST_F(SharedPage, many_scrapes_from_six_threads_need_few_pages) {
    constexpr int scrapers = 6;
    constexpr int rounds = 200;
    source->filler = 5000;
    const auto page = make(milliseconds{1});
    std::atomic<std::uint64_t> scrapes{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < scrapers; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < rounds; ++round) {
                const ScrapeAnswer answer =
                    page->answer({.accept_encoding = i % 2 == 0 ? "gzip" : ""});
                const std::string text =
                    i % 2 == 0 ? ctx::test::gunzip(*answer.body) : *answer.body;
                if (text.starts_with("# HELP") || text.starts_with("# TYPE writes"))
                    scrapes.fetch_add(1);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(scrapes.load(), scrapers * rounds);
    EXPECT_LT(source->writes(), scrapes.load());
}

TEST_F(SharedPage, is_one_per_format_and_compressed_once) {
    source->filler = 5000;
    const auto page = make(forever);
    const ScrapeAnswer text = page->answer({});
    const ScrapeAnswer open = page->answer({.accept = openmetrics});
    const ScrapeAnswer packed = page->answer({.accept_encoding = "gzip"});
    const ScrapeAnswer packed_again = page->answer({.accept_encoding = "gzip"});
    EXPECT_EQ(source->writes(), 2U);
    EXPECT_FALSE(text.body->ends_with("# EOF\n"));
    EXPECT_TRUE(open.body->ends_with("# EOF\n"));
    EXPECT_EQ(ctx::test::gunzip(*packed.body), *text.body);
    EXPECT_EQ(packed.body.get(), packed_again.body.get());
}

TEST_F(SharedPage, that_is_too_old_is_made_anew) {
    const auto page = make(milliseconds{1});
    const ScrapeAnswer first = page->answer({});
    while (source->writes() < 2)
        static_cast<void>(page->answer({}));
    EXPECT_EQ(*first.body, "# TYPE writes gauge\nwrites 1\n");  // still its owner's
}

TEST_F(SharedPage, is_nobodys_when_sharing_is_off) {
    const auto page = make(milliseconds{0});
    EXPECT_EQ(*page->answer({}).body, "# TYPE writes gauge\nwrites 1\n");
    EXPECT_EQ(*page->answer({}).body, "# TYPE writes gauge\nwrites 2\n");
}

TEST_F(SharedPage, that_fails_leaves_those_who_waited_to_try_again) {
    const auto page = make(forever);
    Gate gate{*source};
    auto first = std::async(std::launch::async, [&] { return page->answer({}); });
    gate.wait_until_entered();
    std::vector<std::future<ScrapeAnswer>> others;
    for (int i = 0; i < 5; ++i)
        others.push_back(std::async(std::launch::async, [&] { return page->answer({}); }));
    gate.open(true);
    EXPECT_EQ(first.get().status, 500);
    for (auto& other : others)
        EXPECT_EQ(other.get().status, 200);
    EXPECT_EQ(source->writes(), 2U);  // one of them made the page for all
    EXPECT_EQ(page->answer({}).status, 200);
}

}  // namespace
