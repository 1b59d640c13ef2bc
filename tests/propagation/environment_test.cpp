#include "propagation/headers.hpp"
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace {

TEST(EnvironmentName, is_upper_case_with_underscores) {
    EXPECT_EQ(ctx::environment_name("traceparent"), "TRACEPARENT");
    EXPECT_EQ(ctx::environment_name("x-b3-traceid"), "X_B3_TRACEID");
    EXPECT_EQ(ctx::environment_name("1a.b"), "_1A_B");
    EXPECT_EQ(ctx::environment_name(""), "_");
    EXPECT_EQ(ctx::environment_name("\xc3\xa9"), "__");
}

TEST(EnvironmentReader, reads_normalized_names_only) {
    const char* variables[] = {
        "traceparent=no", "TRACEPARENT=yes", "TRACEPARENT2=no", "NOTHING", "=x", nullptr};
    const ctx::EnvironmentReader reader{variables};
    std::string found;
    ctx::carrier_get(reader, "traceparent", [&](std::string_view value) { found += value; });
    EXPECT_EQ(found, "yes");
    ctx::carrier_get(ctx::EnvironmentReader{nullptr}, "traceparent",
                     [](std::string_view) { FAIL(); });
}

TEST(Environment, refuses_what_is_no_name_and_cuts_what_is_no_value) {
    ctx::Environment environment;
    environment.set("", "x");
    environment.set("A=B", "x");
    environment.set(std::string_view{"A\0B", 3}, "x");
    EXPECT_EQ(environment.size(), 0U);
    environment.set("A", std::string_view{"x\0y", 3});
    environment.set("A", "z");
    ASSERT_EQ(environment.size(), 1U);
    EXPECT_STREQ(environment.data()[0], "A=z");
    EXPECT_EQ(environment.data()[1], nullptr);
}

/// What `command` prints with these variables.
std::string output_of(const char* command, ctx::Environment& environment) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    pid_t child = 0;
    const int error =
        posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string output;
    char bytes[512];
    for (ssize_t n; error == 0 && (n = read(ends[0], bytes, sizeof bytes)) > 0;)
        output.append(bytes, static_cast<std::size_t>(n));
    close(ends[0]);
    if (error == 0) waitpid(child, nullptr, 0);
    return output;
}

TEST(Environment, reaches_a_child_process) {
    const auto propagators = ctx::Propagators::named("tracecontext,baggage,b3multi");
    const ctx::Context caller = propagators.extract(ctx::test::Headers{
        {"traceparent", std::string(ctx::test::caller_traceparent)}, {"baggage", "tenant=acme"}});
    ctx::Environment environment = ctx::Environment::of_this_process();
    environment.set("TRACESTATE", "stale=1");
    propagators.inject(caller, environment);
    EXPECT_EQ(output_of("echo $TRACEPARENT $BAGGAGE $X_B3_TRACEID ${TRACESTATE-none}", environment),
              std::string(ctx::test::caller_traceparent) + " tenant=acme " +
                  std::string(ctx::test::caller_trace) + " none\n");
}

TEST(Environment, loses_stale_variables_of_baggage_entries) {
    ctx::Environment environment;
    environment.set("UBERCTX_OLD", "stale");
    environment.set("UBER", "stays");
    ctx::Propagators::named("jaeger").inject(ctx::Context{}, environment);
    ASSERT_EQ(environment.size(), 1U);
    EXPECT_STREQ(environment.data()[0], "UBER=stays");
}

TEST(EnvironmentReader, reads_what_the_parent_wrote) {
    ctx::Environment environment;
    const ctx::Context caller = ctx::extract(
        ctx::test::Headers{{"traceparent", std::string(ctx::test::caller_traceparent)}});
    ctx::inject(caller, environment);
    const ctx::EnvironmentReader reader{environment.data()};
    EXPECT_EQ(ctx::extract(reader).span_context(), caller.span_context());
}

}  // namespace
