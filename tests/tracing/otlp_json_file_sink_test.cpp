#include "tracing/support.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/tracing/otlp_json_file_sink.hpp>

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

using ctx::OtlpJsonFileSink;
using ctx::Span;
using ctx::Tracer;
using ctx::test::patience;
using ctx::test::stat;
using nlohmann::json;

class OtlpFile : public testing::Test {
protected:
    OtlpFile() {
        std::string pattern = testing::TempDir() + "ctx_otlp_XXXXXX";
        folder_ = mkdtemp(pattern.data());
        path = folder_ + "/traces.jsonl";
    }
    ~OtlpFile() override { std::filesystem::remove_all(folder_); }

    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        std::ifstream in{path};
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

    std::shared_ptr<OtlpJsonFileSink> open_sink() const {
        auto sink = OtlpJsonFileSink::open(path);
        EXPECT_TRUE(sink.ok()) << sink.status();
        return *sink;
    }

    std::string path;

private:
    std::string folder_;
};

TEST_F(OtlpFile, has_a_line_per_batch_and_no_orphans) {
    auto recorder = ctx::test::start_recorder(
        {.sinks = {open_sink()}, .max_batch = 10, .interval = std::chrono::hours{1}});
    const Tracer frontend{
        {.resource = ctx::Resource{{{"service.name", "frontend"}}}, .recorder = recorder}};
    const Tracer route{
        {.resource = ctx::Resource{{{"service.name", "route"}}}, .recorder = recorder}};
    constexpr std::size_t requests = 25;
    for (std::size_t i = 0; i < requests; ++i) {
        const auto server = frontend.start_scoped("GET /dispatch");
        const auto client = route.start_scoped("find route");
    }
    ASSERT_TRUE(recorder->flush(patience));

    std::map<std::string, std::string> parents;
    const auto all = lines();
    ASSERT_EQ(all.size(), 2 * requests / 10);
    for (const std::string& line : all) {
        const json batch = json::parse(line);
        ASSERT_EQ(batch.at("resourceSpans").size(), 2U) << "each service once per batch";
        for (const json& resource : batch.at("resourceSpans")) {
            for (const json& span : resource.at("scopeSpans").at(0).at("spans"))
                parents[span.at("spanId")] = span.value("parentSpanId", "");
        }
    }
    EXPECT_EQ(parents.size(), 2 * requests);
    std::size_t roots = 0;
    for (const auto& [id, parent] : parents) {
        roots += parent.empty() ? 1 : 0;
        EXPECT_TRUE(parent.empty() || parents.contains(parent)) << id << " is an orphan";
    }
    EXPECT_EQ(roots, requests);
}

TEST_F(OtlpFile, is_appended_to_and_readable_by_its_group_only) {
    for (int run = 0; run < 2; ++run) {
        auto recorder = ctx::test::start_recorder({.sinks = {open_sink()}});
        Tracer{{.recorder = recorder}}.start("work").end();
    }
    EXPECT_EQ(lines().size(), 2U);
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0007U, 0U);
}

TEST_F(OtlpFile, that_cannot_be_opened_says_why) {
    const auto sink = OtlpJsonFileSink::open(path + "/no/such/folder");
    ASSERT_FALSE(sink.ok());
    EXPECT_NE(std::string{sink.status().message()}.find("/no/such/folder"), std::string::npos);
    EXPECT_FALSE(OtlpJsonFileSink::open(testing::TempDir()).ok()) << "a folder";
    EXPECT_FALSE(OtlpJsonFileSink::open("").ok());
}

int diagnostics = 0;

// A disk that is full: files of this process may not grow beyond a limit for a while.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        signal(SIGXFSZ, SIG_DFL);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

TEST_F(OtlpFile, on_a_full_disk_counts_says_so_refuses_promises_and_recovers) {
    const std::uint64_t errors = stat("ctx_otlp_write_errors_total");
    const std::uint64_t lost = stat("ctx_otlp_lost_spans_total");
    diagnostics = 0;
    const auto handler = ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { diagnostics += d.component == "otlp" ? 1 : 0; });
    auto recorder = ctx::test::start_recorder({.sinks = {open_sink()}});
    const Tracer tracer{{.recorder = recorder}};
    const auto end_one = [&] {
        tracer.start("work").end();
        return recorder->flush(patience);
    };
    const auto may_keep = [&] {
        const Span span = tracer.start("asking");
        return span.context().recording_span()->keep();
    };
    EXPECT_TRUE(end_one());
    EXPECT_TRUE(may_keep());
    ASSERT_TRUE(recorder->flush(patience));
    {
        const FullDisk full{std::filesystem::file_size(path) + 20};
        EXPECT_FALSE(end_one());
        EXPECT_FALSE(end_one());
        EXPECT_FALSE(may_keep());
        EXPECT_FALSE(recorder->flush(patience));
    }
    EXPECT_TRUE(end_one());
    EXPECT_TRUE(may_keep());
    ctx::set_diagnostics_handler(handler);

    EXPECT_EQ(stat("ctx_otlp_write_errors_total") - errors, 3U);
    EXPECT_EQ(stat("ctx_otlp_lost_spans_total") - lost, 3U);
    EXPECT_EQ(diagnostics, 1) << "once a second at most";
    ASSERT_TRUE(recorder->flush(patience));
    std::size_t good = 0;
    std::size_t torn = 0;
    for (const std::string& line : lines())
        ++(json::accept(line) ? good : torn);
    EXPECT_EQ(good, 4U);
    EXPECT_EQ(torn, 1U) << "the next batch begins a line of its own";
}

}  // namespace
