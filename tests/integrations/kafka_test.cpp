// Against librdkafka's own mock cluster, and kcat as somebody else's client of it.

#include "integrations/kafka_headers.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/integrations/kafka_cpp.hpp>
#include <ctx/propagation/jaeger.hpp>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace {

using namespace ctx::test;

constexpr int patience_ms = 60'000;

/// A producer that brings its own cluster.
class MockCluster {
public:
    MockCluster() {
        rd_kafka_conf_t* conf = rd_kafka_conf_new();
        set(conf, "test.mock.num.brokers", "1");
        set(conf, "log_level", "0");
        char error[256];
        producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
        EXPECT_NE(producer_, nullptr) << error;
        servers_ = rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(producer_));
    }
    MockCluster(const MockCluster&) = delete;
    MockCluster& operator=(const MockCluster&) = delete;
    ~MockCluster() { rd_kafka_destroy(producer_); }

    [[nodiscard]] const std::string& servers() const { return servers_; }

    /// Sends a record with the headers of `context`.
    void produce(const char* topic, const ctx::Context& context) {
        CHeaders headers = new_headers();
        ctx::inject(context, *headers);
        const rd_kafka_resp_err_t error = rd_kafka_producev(
            producer_, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
            RD_KAFKA_V_VALUE(const_cast<char*>("v"), 1), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_END);
        ASSERT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(error);
        (void)headers.release();  // the producer's now
        ASSERT_EQ(rd_kafka_flush(producer_, patience_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
    }

    static void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
        char error[256];
        ASSERT_EQ(rd_kafka_conf_set(conf, name, value, error, sizeof error), RD_KAFKA_CONF_OK)
            << error;
    }

private:
    rd_kafka_t* producer_ = nullptr;
    std::string servers_;
};

/// Reads partition 0 of a topic from its beginning, with the C++ API.
class Reader {
public:
    Reader(const std::string& servers, const char* topic) {
        std::string error;
        const std::unique_ptr<RdKafka::Conf> conf{
            RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
        conf->set("bootstrap.servers", servers, error);
        conf->set("group.id", "test", error);
        consumer_.reset(RdKafka::KafkaConsumer::create(conf.get(), error));
        EXPECT_NE(consumer_, nullptr) << error;
        const std::unique_ptr<RdKafka::TopicPartition> partition{
            RdKafka::TopicPartition::create(topic, 0, RdKafka::Topic::OFFSET_BEGINNING)};
        consumer_->assign({partition.get()});
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { consumer_->close(); }

    /// The next record; null when none came in time.
    std::unique_ptr<RdKafka::Message> next() {
        const auto deadline =
            std::chrono::steady_clock::now() + std::chrono::milliseconds{patience_ms};
        while (std::chrono::steady_clock::now() < deadline) {
            std::unique_ptr<RdKafka::Message> message{consumer_->consume(1000)};
            if (message->err() == RdKafka::ERR_NO_ERROR) return message;
        }
        return nullptr;
    }

private:
    std::unique_ptr<RdKafka::KafkaConsumer> consumer_;
};

TEST(Kafka, carries_a_context_from_producer_to_consumer) {
    MockCluster cluster;
    cluster.produce("orders", sender());
    Reader reader{cluster.servers(), "orders"};
    const auto message = reader.next();
    ASSERT_NE(message, nullptr);
    const ctx::Context received = ctx::extract(*message);
    EXPECT_EQ(received.trace_id().to_string(), trace);
    EXPECT_EQ(received.baggage().find("tenant"), "acme");

    // Sent on by somebody who copies all headers of the record.
    CHeaders copied{rd_kafka_headers_copy([&message] {
        rd_kafka_headers_t* headers = nullptr;
        rd_kafka_message_headers(message->c_ptr(), &headers);
        return headers;
    }())};
    const ctx::Context child = received.with_span(ctx::child_of(received));
    ctx::inject(child, *copied);
    EXPECT_EQ(rd_kafka_header_cnt(copied.get()), 2U);
    EXPECT_EQ(ctx::extract(*copied).span_id(), child.span_id());
}

TEST(Kafka, carries_a_context_through_the_cpp_api) {
    MockCluster cluster;
    std::string error;
    const std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
    conf->set("bootstrap.servers", cluster.servers(), error);
    const std::unique_ptr<RdKafka::Producer> producer{RdKafka::Producer::create(conf.get(), error)};
    ASSERT_NE(producer, nullptr) << error;
    std::unique_ptr<RdKafka::Headers> headers{RdKafka::Headers::create()};
    headers->add("TraceParent", "stale");
    ctx::inject(sender(), *headers);
    EXPECT_EQ(headers->size(), 2U);
    ASSERT_EQ(producer->produce("cpp", 0, RdKafka::Producer::RK_MSG_COPY, const_cast<char*>("v"), 1,
                                nullptr, 0, 0, headers.get(), nullptr),
              RdKafka::ERR_NO_ERROR);
    (void)headers.release();  // the producer's now
    ASSERT_EQ(producer->flush(patience_ms), RdKafka::ERR_NO_ERROR);
    Reader reader{cluster.servers(), "cpp"};
    const auto message = reader.next();
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(ctx::extract(*message).span_context(), sender().span_context());
}

TEST(Kafka, headers_of_the_cpp_api_lose_stale_baggage_entries) {
    const std::unique_ptr<RdKafka::Headers> headers{RdKafka::Headers::create()};
    headers->add("Uberctx-old", "stale");
    headers->add("other", "stays");
    ctx::Propagators{ctx::jaeger_format}.inject(ctx::Context{}, *headers);
    ASSERT_EQ(headers->size(), 1U);
    EXPECT_EQ(headers->get_all().front().key(), "other");
}

TEST(Kafka, of_a_timeout_has_no_context) {
    MockCluster cluster;
    std::string error;
    const std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
    conf->set("bootstrap.servers", cluster.servers(), error);
    conf->set("group.id", "test", error);
    const std::unique_ptr<RdKafka::KafkaConsumer> consumer{
        RdKafka::KafkaConsumer::create(conf.get(), error)};
    ASSERT_NE(consumer, nullptr) << error;
    const std::unique_ptr<RdKafka::Message> nothing{consumer->consume(0)};
    ASSERT_EQ(nothing->err(), RdKafka::ERR__TIMED_OUT);
    EXPECT_FALSE(ctx::extract(*nothing));
    consumer->close();
}

/// What a command prints.
std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return "no pipe";
    char bytes[512];
    for (std::size_t n; (n = fread(bytes, 1, sizeof bytes, pipe)) > 0;)
        output.append(bytes, n);
    const int status = pclose(pipe);
    return status == 0 ? output : output + " (status " + std::to_string(status) + ")";
}

TEST(Kcat, reads_what_was_sent) {
    MockCluster cluster;
    cluster.produce("read", sender());
    EXPECT_EQ(
        output_of("kcat -q -C -b " + cluster.servers() + " -t read -p 0 -o beginning -c 1 -f '%h'"),
        "traceparent=" + traceparent + ",baggage=tenant=acme");
}

TEST(Kcat, sends_what_is_read) {
    MockCluster cluster;
    EXPECT_EQ(output_of("printf v | kcat -P -b " + cluster.servers() +
                        " -t written -p 0 -H traceparent=stale -H 'traceparent=" + traceparent +
                        "' -H baggage=tenant=acme"),
              "");
    Reader reader{cluster.servers(), "written"};
    const auto message = reader.next();
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(ctx::extract(*message).span_context(), sender().span_context());
}

}  // namespace
