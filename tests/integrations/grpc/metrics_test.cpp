// Rates, errors and durations of calls: all of them, in few series, with exemplars that open.

#include "integrations/grpc/support.hpp"
#include <ctx/context/fields.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace {

using ctx::GrpcMetrics;
using ctx::SpanKind;
using ctx::test::Bench;
using ctx::test::call;
using ctx::test::only;
using ctx::test::SyncService;
using ctx::test::TestServer;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;
using Labels = std::vector<std::pair<std::string, std::string>>;

struct Counted {
    std::string family;
    Labels labels;
    std::uint64_t count;

    bool operator==(const Counted&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counted& counted) {
    out << counted.family << ' ' << counted.count;
    for (const auto& [name, value] : counted.labels)
        out << ' ' << name << '=' << value;
    return out;
}

/// Every series, without the labels that all of them have.
std::vector<Counted> counted(const GrpcMetrics& metrics) {
    std::vector<Counted> all;
    for (const ctx::FamilySnapshot& family : metrics.read()) {
        for (const ctx::SeriesSnapshot& series : family.series) {
            Labels labels = series.labels;
            EXPECT_THAT(labels.at(0), Pair("rpc_system_name", "grpc"));
            labels.erase(labels.begin());
            all.push_back({family.name, labels, series.count});
        }
    }
    return all;
}

std::vector<ctx::Exemplar> exemplars_in(const GrpcMetrics& metrics) {
    std::vector<ctx::Exemplar> all;
    for (const ctx::FamilySnapshot& family : metrics.read()) {
        for (const ctx::SeriesSnapshot& series : family.series) {
            for (const ctx::BucketSnapshot& bucket : series.buckets)
                if (bucket.exemplar) all.push_back(*bucket.exemplar);
        }
    }
    return all;
}

constexpr const char* server_seconds = "rpc_server_call_duration_seconds";
constexpr const char* client_seconds = "rpc_client_call_duration_seconds";

Labels labels(const char* status, const char* error = nullptr,
              const char* method = "test.Echo/Unary") {
    Labels all{{"rpc_method", method}, {"rpc_response_status_code", status}};
    if (error != nullptr) all.emplace_back("error_type", error);
    return all;
}

TEST(GrpcMetrics, count_calls_of_both_sides_by_method_status_and_error) {
    Bench bench{ctx::Sampler::always_off()};
    const auto metrics = *GrpcMetrics::create({});
    const ctx::GrpcOptions options{.tracer = bench.tracer, .metrics = metrics};
    grpc::Status status;
    SyncService service{ctx::test::StatusHandler{[&](grpc::ServerContext&) { return status; }}};
    TestServer server{options, service};
    const auto channel = server.channel(options);
    EXPECT_TRUE(call(*channel).status.ok());
    EXPECT_TRUE(call(*channel).status.ok());
    status = {grpc::StatusCode::NOT_FOUND, "no such order"};
    EXPECT_FALSE(call(*channel).status.ok());
    status = {grpc::StatusCode::UNAVAILABLE, "closing"};
    EXPECT_FALSE(call(*channel).status.ok());
    server.shutdown();
    EXPECT_THAT(counted(*metrics),
                UnorderedElementsAre(
                    Counted{server_seconds, labels("OK"), 2},
                    Counted{server_seconds, labels("NOT_FOUND"), 1},  // the caller's mistake
                    Counted{server_seconds, labels("UNAVAILABLE", "UNAVAILABLE"), 1},
                    Counted{client_seconds, labels("OK"), 2},
                    Counted{client_seconds, labels("NOT_FOUND", "NOT_FOUND"), 1},
                    Counted{client_seconds, labels("UNAVAILABLE", "UNAVAILABLE"), 1}));
    EXPECT_THAT(exemplars_in(*metrics), ElementsAre()) << "nobody records these traces";
    EXPECT_THAT(bench.finished(), ElementsAre());
}

TEST(GrpcMetrics, count_a_call_that_is_given_up) {
    Bench bench;
    const auto metrics = *GrpcMetrics::create({});
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; }};
    TestServer server{{.tracer = bench.tracer}, service};
    const auto channel = server.channel({.tracer = bench.tracer, .metrics = metrics});
    grpc::ClientContext context;
    context.TryCancel();
    EXPECT_EQ(call(*channel, context).status.error_code(), grpc::StatusCode::CANCELLED);
    EXPECT_THAT(counted(*metrics),
                ElementsAre(Counted{client_seconds, labels("CANCELLED", "CANCELLED"), 1}));
}

TEST(GrpcMetrics, have_exemplars_that_lead_to_a_span_which_says_so) {
    Bench bench;
    const auto metrics = *GrpcMetrics::create({});
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; }};
    TestServer server{{.tracer = bench.tracer, .metrics = metrics}, service};
    grpc::ClientContext context;
    context.AddMetadata("traceparent", ctx::test::traceparent);
    EXPECT_TRUE(call(*server.plain_channel(), context).status.ok());
    server.shutdown();
    const auto span = only(bench.finished(), SpanKind::server);
    const auto exemplars = exemplars_in(*metrics);
    ASSERT_EQ(exemplars.size(), 1U);
    EXPECT_THAT(exemplars[0].labels,
                ElementsAre(Pair("trace_id", ctx::test::trace_id),
                            Pair("span_id", span->context.span_id.to_string())));
    EXPECT_THAT(ctx::test::to_map(span->attributes), testing::Contains(Pair("exemplar", "true")));
}

TEST(GrpcMetrics, have_dimensions_of_what_the_caller_sent) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.label("tenant")}));
    Bench bench;
    const auto metrics = *GrpcMetrics::create({.dimensions = {ctx::Dimension{"tenant"}}});
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; }};
    TestServer server{{.tracer = bench.tracer, .metrics = metrics}, service};
    grpc::ClientContext context;
    context.AddMetadata("baggage", "tenant=acme");
    EXPECT_TRUE(call(*server.plain_channel(), context).status.ok());
    server.shutdown();
    Labels expected = labels("OK");
    expected.emplace_back("tenant", "acme");
    EXPECT_THAT(counted(*metrics), ElementsAre(Counted{server_seconds, expected, 1}));
    ctx::publish_fields({});
}

TEST(GrpcMetrics, show_more_methods_than_they_may_as_other) {
    Bench bench;
    const auto metrics = *GrpcMetrics::create({.max_methods = 1});
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; },
                        [](grpc::ServerContext&, ctx::test::Stream& messages) {
                            grpc::ByteBuffer message;
                            while (messages.Read(&message))
                                messages.Write(message);
                            return grpc::Status{};
                        }};
    TestServer server{{.tracer = bench.tracer, .metrics = metrics}, service};
    const auto channel = server.plain_channel();
    EXPECT_TRUE(call(*channel).status.ok());
    for (int i = 0; i < 2; ++i) {
        grpc::ClientContext context;
        EXPECT_TRUE(call(*channel, context, "", ctx::test::stream).status.ok());
    }
    server.shutdown();
    EXPECT_THAT(counted(*metrics),
                UnorderedElementsAre(Counted{server_seconds, labels("OK"), 1},
                                     Counted{server_seconds, labels("OK", nullptr, "_OTHER"), 2}));
}

TEST(GrpcMetrics, refuse_options_that_make_no_histogram) {
    EXPECT_EQ(GrpcMetrics::create({.bounds = {2, 1}}).status().code(),
              absl::StatusCode::kInvalidArgument);
}

}  // namespace
