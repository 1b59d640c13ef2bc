// C callbacks with librdkafka: each record's delivery report runs in the context the record was
// sent in, on the thread that polls. The brokers are librdkafka's own mock cluster.

#include "executors/support.hpp"
#include <ctx/executors/callback.hpp>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

constexpr int patience_ms = 60'000;

using OnDelivery = OneShotCallback<void(const rd_kafka_message_t&)>;

class Producer {
public:
    explicit Producer(bool with_cluster) {
        rd_kafka_conf_t* conf = rd_kafka_conf_new();
        set(conf, "log_level", "0");
        if (with_cluster) set(conf, "test.mock.num.brokers", "1");
        // A record's own user data is in the record.
        rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* record, void*) {
            OnDelivery::first(record->_private, *record);
        });
        char error[256];
        producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
        EXPECT_NE(producer_, nullptr) << error;
    }
    ~Producer() { rd_kafka_destroy(producer_); }
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;

    rd_kafka_resp_err_t send(const char* topic, std::string& value, OnDelivery report) {
        rd_kafka_topic_t* handle = rd_kafka_topic_new(producer_, topic, nullptr);
        const int failed = rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, value.data(),
                                            value.size(), nullptr, 0, report.user());
        const rd_kafka_resp_err_t error =
            failed != 0 ? rd_kafka_last_error() : RD_KAFKA_RESP_ERR_NO_ERROR;
        rd_kafka_topic_destroy(handle);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) report.release();
        return error;
    }

    [[nodiscard]] rd_kafka_t* get() const { return producer_; }

private:
    static void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
        char error[256];
        ASSERT_EQ(rd_kafka_conf_set(conf, name, value, error, sizeof error), RD_KAFKA_CONF_OK)
            << error;
    }

    rd_kafka_t* producer_ = nullptr;
};

class DeliveryReports : public test::ExecutorsTest {};

TEST_F(DeliveryReports, run_in_the_context_their_record_was_sent_in) {
    constexpr std::uint64_t records = 50;
    Producer producer{true};
    std::vector<const detail::Node*> wanted;
    std::vector<const detail::Node*> seen;
    for (std::uint64_t i = 0; i < records; ++i) {
        const Scope scope{request(i)};
        wanted.push_back(here());
        std::string value = std::to_string(i);
        OnDelivery report{[&seen](const rd_kafka_message_t& record) {
            EXPECT_EQ(record.err, RD_KAFKA_RESP_ERR_NO_ERROR);
            seen.push_back(here());
        }};
        ASSERT_EQ(producer.send("orders", value, std::move(report)), RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    std::thread poller{[&producer] {
        EXPECT_EQ(rd_kafka_flush(producer.get(), patience_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
        EXPECT_EQ(here(), nullptr);
    }};
    poller.join();
    EXPECT_EQ(seen, wanted);
}

TEST_F(DeliveryReports, of_refused_records_stay_with_their_sender) {
    Producer producer{false};
    const std::int64_t live = live_contexts();
    std::string value(2'000'000, 'x');  // more than message.max.bytes
    EXPECT_EQ(
        producer.send("orders", value,
                      OnDelivery{request(1), [](const rd_kafka_message_t&) { ADD_FAILURE(); }}),
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(DeliveryReports, of_purged_records_come_and_let_go) {
    Producer producer{false};  // and nowhere to send to
    const std::int64_t live = live_contexts();
    std::string value = "v";
    rd_kafka_resp_err_t result = RD_KAFKA_RESP_ERR_NO_ERROR;
    ASSERT_EQ(producer.send("orders", value,
                            OnDelivery{request(1),
                                       [&result](const rd_kafka_message_t& record) {
                                           result = record.err;
                                           EXPECT_NE(here(), nullptr);
                                       }}),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(live_contexts(), live + 1);
    ASSERT_EQ(rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(rd_kafka_flush(producer.get(), patience_ms), RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(result, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
    EXPECT_EQ(live_contexts(), live);
}

}  // namespace
}  // namespace ctx
