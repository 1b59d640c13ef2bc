// What /proc says, and what is shown of it.

#include "metrics/proc_text.hpp"
#include <ctx/metrics.hpp>

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

namespace {

namespace fs = std::filesystem;
using ctx::detail::parse_boot_time;
using ctx::detail::parse_limit;
using ctx::detail::parse_network;
using ctx::detail::parse_process_stat;

constexpr std::string_view after_name =
    " S 1 1 1 0 -1 4194304 101 0 0 0 250 150 7 8 20 0 12 0 54852 3133440 389 18446744073709551615";

std::map<std::string, double> values_of(const ctx::MetricSource& source) {
    std::map<std::string, double> values;
    for (const ctx::FamilySnapshot& family : source.read())
        values[family.name] = family.series.at(0).value;
    return values;
}

TEST(ProcessStat, is_read_behind_any_name) {
    for (const std::string name :
         {"(a)", "(my prog)", "((x) R 1 1 ()", "())", "(\n)", "(:) S 1 2 3)", "()"}) {
        const auto stat = parse_process_stat("17 " + name + std::string{after_name});
        ASSERT_TRUE(stat) << name;
        EXPECT_EQ(stat->user_ticks, 250U) << name;
        EXPECT_EQ(stat->system_ticks, 150U);
        EXPECT_EQ(stat->threads, 12U);
        EXPECT_EQ(stat->start_ticks, 54852U);
        EXPECT_EQ(stat->virtual_bytes, 3133440U);
        EXPECT_EQ(stat->resident_pages, 389U);
    }
}

TEST(ProcessStat, of_any_beginning_or_with_a_bad_number_is_none) {
    const std::string whole = "17 (a)" + std::string{after_name};
    const std::size_t needed = whole.find("389") + 1;
    for (std::size_t size = 0; size < needed; ++size)
        EXPECT_FALSE(parse_process_stat(whole.substr(0, size))) << size;
    std::string bad = whole;
    bad.replace(bad.find("250"), 3, "-25");
    EXPECT_FALSE(parse_process_stat(bad));
}

TEST(ProcessLimits, know_unlimited_and_other_words) {
    constexpr std::string_view text =
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max open files            1024                 20000                files     \n"
        "Max address space         unlimited            unlimited            bytes     \n"
        "Max file locks            many                 unlimited            locks     \n";
    EXPECT_EQ(parse_limit(text, "Max open files"), 1024U);
    EXPECT_EQ(parse_limit(text, "Max address space"), std::numeric_limits<std::uint64_t>::max());
    EXPECT_FALSE(parse_limit(text, "Max file locks"));
    EXPECT_FALSE(parse_limit(text, "Max open"));
    EXPECT_FALSE(parse_limit(text, "Max pigs"));
    EXPECT_FALSE(parse_limit("Max open files", "Max open files"));
}

TEST(ProcessNetwork, is_what_ip_counted_whatever_interfaces_come_and_go) {
    constexpr std::string_view netstat =
        "TcpExt: InOctets OutOctets\n"
        "TcpExt: 1 2\n"
        "IpExt: InNoRoutes InOctets OutOctets InMcastOctets\n"
        "IpExt: 7 3267 3000 9\n";
    constexpr std::string_view snmp6 =
        "Ip6InReceives                   \t1\n"
        "Ip6InOctets                     \t10\n"
        "Ip6OutOctets                    \t20\n";
    const auto bytes = parse_network(netstat, snmp6);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->received, 3277U);
    EXPECT_EQ(bytes->transmitted, 3020U);
    EXPECT_EQ(parse_network(netstat, "")->received, 3267U) << "a system without IPv6";
    EXPECT_FALSE(parse_network("", snmp6)) << "not 0 bytes: nothing is known";
    for (const std::string_view bad :
         {"IpExt: InOctets OutOctets\n", "IpExt: InOctets OutOctets\nIpExt: 1\n",
          "IpExt: InOctets OutOctets\nIpExt: 1 x\n", "IpExt: InOctets\nIpExt: 1\n"})
        EXPECT_FALSE(parse_network(bad, "")) << bad;
}

TEST(BootTime, is_one_line_among_others) {
    EXPECT_EQ(parse_boot_time("cpu 1 2\nintr 5 btime 7\nbtime 1795822000\n"), 1795822000U);
    EXPECT_FALSE(parse_boot_time("cpu 1\nbtime soon\n"));
    EXPECT_FALSE(parse_boot_time(""));
}

TEST(ProcessMetrics, agree_with_what_the_system_says_otherwise) {
    const ctx::ProcessMetrics process;
    auto values = values_of(process);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    EXPECT_NEAR(values.at("process_cpu_seconds"), cpu, 0.1);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    EXPECT_EQ(values.at("process_max_fds"), static_cast<double>(files.rlim_cur));
    EXPECT_GE(values.at("process_threads"), 1);
    EXPECT_GT(values.at("process_virtual_memory_bytes"),
              values.at("process_resident_memory_bytes"));
    EXPECT_GT(values.at("process_resident_memory_bytes"), 1e5);
    EXPECT_GE(values.at("process_virtual_memory_max_bytes"),
              values.at("process_resident_memory_bytes"));
    const double now =
        static_cast<double>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    EXPECT_NEAR(values.at("process_start_time_seconds"), now, 3600);
    EXPECT_TRUE(values.contains("process_network_receive_bytes"));
    EXPECT_TRUE(values.contains("process_network_transmit_bytes"));
}

TEST(ProcessMetrics, count_descriptors_but_not_their_own) {
    const ctx::ProcessMetrics process;
    const double before = values_of(process).at("process_open_fds");
    const int copy = dup(0);
    ASSERT_GE(copy, 0);
    EXPECT_EQ(values_of(process).at("process_open_fds"), before + 1);
    close(copy);
    EXPECT_EQ(values_of(process).at("process_open_fds"), before);
}

TEST(ProcessMetrics, leave_out_what_is_not_there) {
    const fs::path proc = fs::path{testing::TempDir()} / ("proc" + std::to_string(getpid()));
    fs::create_directories(proc / "self");
    EXPECT_TRUE(ctx::ProcessMetrics{proc.string()}.read().empty());
    std::ofstream{proc / "self" / "limits"} << "Max open files    7    7    files\n";
    const auto values = values_of(ctx::ProcessMetrics{proc.string()});
    EXPECT_EQ(values, (std::map<std::string, double>{{"process_max_fds", 7}}));
    fs::remove_all(proc);
}

TEST(ProcessMetrics, make_a_page) {
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(std::make_shared<ctx::ProcessMetrics>());
    const std::string text = page.render(ctx::PageFormat::openmetrics_1_0_0);
    EXPECT_NE(text.find("# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\n"),
              std::string::npos);
    EXPECT_NE(text.find("\nprocess_cpu_seconds_total "), std::string::npos);
    EXPECT_NE(text.find("\nprocess_open_fds "), std::string::npos);
    EXPECT_TRUE(text.ends_with("# EOF\n"));
}

}  // namespace
