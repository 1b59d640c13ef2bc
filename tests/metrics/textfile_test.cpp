#include "metrics/requests.hpp"
#include "metrics/scripted_source.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/textfile.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const fs::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class Textfile : public testing::Test {
protected:
    Textfile() {
        std::string name = (fs::temp_directory_path() / "ctx-textfile-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        folder = name;
        page.add(source);
    }
    ~Textfile() override { fs::remove_all(folder); }

    [[nodiscard]] std::string path(const char* name) const { return (folder / name).string(); }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator{folder})
            count += entry.exists() ? 1 : 0;
        return count;
    }

    fs::path folder;
    std::shared_ptr<ctx::test::ScriptedSource> source =
        std::make_shared<ctx::test::ScriptedSource>();
    ctx::MetricsPage page{{.self_metrics = false}};
};

TEST_F(Textfile, is_the_text_page_readable_by_everyone) {
    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
    EXPECT_EQ(content_of(path("a.prom")), "# TYPE writes gauge\nwrites 1\n");
    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom"), {.sync = true}).ok());
    EXPECT_EQ(content_of(path("a.prom")), "# TYPE writes gauge\nwrites 2\n");
    EXPECT_EQ(files(), 1U);
    struct stat status {};
    ASSERT_EQ(::stat(path("a.prom").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(Textfile, has_no_exemplars) {
    auto wait = *ctx::HistogramFamily::create({.name = "wait", .help = "", .bounds = {1}});
    page.add(wait);
    {
        const ctx::Scope scope{ctx::test::sampled(ctx::Context{}, new ctx::test::FakeSpan{true})};
        wait->with().observe(0.5);
    }
    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
    const std::string text = content_of(path("a.prom"));
    EXPECT_THAT(text, HasSubstr("wait_bucket{le=\"1.0\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("trace_id")));
    EXPECT_THAT(text, Not(HasSubstr("# EOF")));
}

TEST_F(Textfile, wants_a_name_that_node_exporter_reads) {
    for (const char* name : {"a.txt", "a", "a.prom.tmp", ".prom", "", "a.PROM"}) {
        EXPECT_EQ(ctx::write_textfile(page, path(name)).code(), absl::StatusCode::kInvalidArgument)
            << name;
    }
    EXPECT_EQ(ctx::write_textfile(page, ".prom").code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(files(), 0U);
}

TEST_F(Textfile, says_what_went_wrong_and_leaves_the_old_content) {
    const auto missing = ctx::write_textfile(page, path("no/such/folder/a.prom"));
    EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(missing.message()), HasSubstr("no/such/folder/a.prom"));

    ASSERT_TRUE(fs::create_directory(path("taken.prom")));
    EXPECT_FALSE(ctx::write_textfile(page, path("taken.prom")).ok());
    EXPECT_EQ(files(), 1U);  // no temporary file is left

    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
    const std::string before = content_of(path("a.prom"));
    source->before_write = [] { throw std::runtime_error("gone"); };
    EXPECT_THROW(static_cast<void>(ctx::write_textfile(page, path("a.prom"))), std::runtime_error);
    EXPECT_EQ(content_of(path("a.prom")), before);
    EXPECT_EQ(files(), 2U);
}

TEST_F(Textfile, on_a_full_disk_is_an_error_and_no_file) {
    source->filler = 10'000;
    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
    const std::string before = content_of(path("a.prom"));
    // A limit for the size of files is a disk that is full after so many bytes.
    struct rlimit old {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small { 4096, old.rlim_max };
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const absl::Status status = ctx::write_textfile(page, path("a.prom"));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    std::signal(SIGXFSZ, ignored);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(content_of(path("a.prom")), before);
    EXPECT_EQ(files(), 1U);
}

TEST_F(Textfile, is_never_seen_torn) {
    constexpr int writes = 300;
    source->filler = 100'000;  // more than one write of a page of memory
    ASSERT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
    std::atomic<bool> done{false};
    std::thread writer{[&] {
        for (int i = 0; i < writes; ++i)
            EXPECT_TRUE(ctx::write_textfile(page, path("a.prom")).ok());
        done.store(true);
    }};
    int torn = 0;
    std::uint64_t last = 0;
    do {
        const std::string text = content_of(path("a.prom"));
        const std::size_t at = text.rfind("\nwrites ");
        if (text.size() < 100'000 || at == std::string::npos || !text.ends_with('\n')) {
            ++torn;
            continue;
        }
        const std::uint64_t count = std::stoull(text.substr(at + 8));
        EXPECT_GE(count, last);
        last = count;
    } while (!done.load());
    writer.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(files(), 1U);
}

}  // namespace
