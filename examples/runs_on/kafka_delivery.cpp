// The delivery report of a Kafka record runs with the context of whoever sent the record.
//
//   acme: _PURGE_QUEUE

#include <ctx/executors.hpp>

#include <librdkafka/rdkafka.h>

#include <iostream>

using OnDelivery = ctx::OneShotCallback<void(const rd_kafka_message_t&)>;

int main() {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* record, void*) {
        OnDelivery::first(record->_private, *record);
    });
    rd_kafka_t* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    const ctx::Context acme = ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    OnDelivery report{acme, [](const rd_kafka_message_t& record) {
                          std::cout << *ctx::current().baggage().find("tenant") << ": "
                                    << rd_kafka_err2name(record.err) << '\n';
                      }};
    if (rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("orders"), RD_KAFKA_V_OPAQUE(report.user()),
                          RD_KAFKA_V_END) == 0)
        report.release();
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE);  // there is no broker
    rd_kafka_flush(producer, 60'000);
    rd_kafka_destroy(producer);
}
