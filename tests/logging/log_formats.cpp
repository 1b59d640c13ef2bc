// Writes three lines in a format, for other people's programs to read: one of a request with fields
// and values, one of another request that is not sampled, one without.
//
//   log_formats json|logfmt|ecs|otlp_json|gcp|datadog|loki|rfc5424|console

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

std::string lines(LineFormat format) {
    ctx::log::LineOptions options;
    options.resource = ctx::Resource{{{"service.name", "checkout"}}};
    options.gcp_project = "acme";
    const auto writer = ctx::log::make_line_writer(format, std::move(options));
    const auto span = ctx::test::span_context();
    ctx::log::ValueBuffer values;
    values.add("items", std::int64_t{3});
    values.add("sum", 2.5);
    values.add("paid", true);
    values.add("note", "\"ring\" [twice]\n\\o/");
    std::string out;
    writer->append(
        out, record(Level::info, "order 17\naccepted"),
        {span.trace_id, span.span_id, span.flags, R"(,"tenant":"acme")", {}, values.values()});
    writer->append(out, record(Level::error, "order 18 lost"),
                   {ctx::TraceId{0, 0xb}, ctx::SpanId{0xc}, {}, {}, {}});
    writer->append(out, record(Level::warn, "idle"), {});
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    const auto* const name =
        std::find(std::begin(names), std::end(names), argc == 2 ? argv[1] : "");
    if (name == std::end(names)) return 2;
    std::fputs(lines(static_cast<LineFormat>(name - std::begin(names))).c_str(), stdout);
    return 0;
}
