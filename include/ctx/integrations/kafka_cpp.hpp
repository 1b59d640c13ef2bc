// ctx/integrations/kafka_cpp.hpp: the headers of Kafka records as carriers, for librdkafka's C++
// API.
//
//     std::unique_ptr<RdKafka::Headers> headers{RdKafka::Headers::create()};   // producer
//     ctx::inject(ctx::current(), *headers);
//     if (producer->produce(…, headers.get(), nullptr) == RdKafka::ERR_NO_ERROR) {
//         headers.release();                                                   // librdkafka's now
//     }
//
//     ctx::Context sender = ctx::extract(*message);                            // consumer
//
// The rules are those of kafka.hpp.
//
// Threads   As librdkafka: headers belong to the thread that uses them until they are handed over.
// Errors    As kafka.hpp. RdKafka::Message::headers() takes the headers out of the record: extract
//           before it is called.
// Cost      RdKafka::Message is read without copies; RdKafka::Headers can only be read as a list
//           of copies, so prefer the message.

#pragma once

#include <ctx/integrations/kafka.hpp>

#include <librdkafka/rdkafkacpp.h>

#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// To write to; reading goes through the message.
template <>
struct CarrierTraits<RdKafka::Headers> {
    static void set(RdKafka::Headers& headers, std::string_view name, std::string_view value) {
        remove(headers, name);
        const RdKafka::ErrorCode error = headers.add(std::string{name}, value.data(), value.size());
        if (error != RdKafka::ERR_NO_ERROR) throw std::bad_alloc{};
    }

    static void remove(RdKafka::Headers& headers, std::string_view name) {
        for (const RdKafka::Headers::Header& header : headers.get_all()) {
            if (same_header(header.key(), name)) headers.remove(header.key());
        }
    }

    static void remove_prefixed(RdKafka::Headers& headers, std::string_view prefix) {
        for (const RdKafka::Headers::Header& header : headers.get_all()) {
            if (header_begins_with(header.key(), prefix)) headers.remove(header.key());
        }
    }
};

/// The headers of a record that was consumed.
template <>
struct CarrierTraits<RdKafka::Message> {
    template <typename Visit>
    static void for_each(const RdKafka::Message& message, Visit&& visit) {
        if (const rd_kafka_message_t* c = c_message(message)) {
            CarrierTraits<rd_kafka_message_t>::for_each(*c, visit);
        }
    }

    template <typename Visit>
    static void find(const RdKafka::Message& message, std::string_view name, Visit&& visit) {
        if (const rd_kafka_message_t* c = c_message(message)) {
            CarrierTraits<rd_kafka_message_t>::find(*c, name, visit);
        }
    }

private:
    // The function changes nothing, although it is not const.
    static const rd_kafka_message_t* c_message(const RdKafka::Message& message) {
        return const_cast<RdKafka::Message&>(message).c_ptr();
    }
};

}  // namespace ctx
