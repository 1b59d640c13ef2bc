// ctx/integrations/kafka.hpp: the headers of Kafka records as carriers, for librdkafka's C API.
//
//     rd_kafka_headers_t* headers = rd_kafka_headers_new(4);             // producer
//     ctx::inject(ctx::current(), *headers);
//     if (rd_kafka_producev(…, RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END) != 0) {
//         rd_kafka_headers_destroy(headers);                             // still ours
//     }
//
//     ctx::Context sender = ctx::extract(*message);                      // consumer
//
// kafka_cpp.hpp is for the C++ API. Headers are named as in HTTP, in lower case; values are the
// characters and no NUL. Kafka allows many headers of one name: writing replaces them all, whatever
// their case, and of many the last is read. (Frameworks that add to the headers of a record they
// send on leave the older ones before their own.)
//
// Threads   As librdkafka: headers belong to the thread that uses them until they are handed over.
// Errors    Nothing here fails but with std::bad_alloc; a header without a value counts as absent,
//           and an event that is no record has none.
// Cost      Reading: a walk over the headers per name, nothing is copied. Writing: a walk, and
//           librdkafka's copy of name and value.

#pragma once

#include <ctx/propagation/propagator.hpp>

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {
namespace detail {

/// Calls `visit(name, value)` for each header that has a value, in order.
template <typename Visit>
void for_each_kafka_header(const rd_kafka_headers_t* headers, Visit&& visit) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; headers != nullptr; ++i) {
        if (rd_kafka_header_get_all(headers, i, &name, &value, &size) !=
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            return;
        }
        if (value == nullptr) continue;
        visit(std::string_view{name}, std::string_view{static_cast<const char*>(value), size});
    }
}

/// Calls `visit(value)` for the last header of that name.
template <typename Visit>
void find_kafka_header(const rd_kafka_headers_t* headers, std::string_view wanted, Visit&& visit) {
    std::optional<std::string_view> last;
    for_each_kafka_header(headers, [&](std::string_view name, std::string_view value) {
        if (same_header(name, wanted)) last = value;
    });
    if (last) visit(*last);
}

}  // namespace detail

template <>
struct CarrierTraits<rd_kafka_headers_t> {
    template <typename Visit>
    static void for_each(const rd_kafka_headers_t& headers, Visit&& visit) {
        detail::for_each_kafka_header(&headers, visit);
    }

    template <typename Visit>
    static void find(const rd_kafka_headers_t& headers, std::string_view name, Visit&& visit) {
        detail::find_kafka_header(&headers, name, visit);
    }

    static void set(rd_kafka_headers_t& headers, std::string_view name, std::string_view value) {
        remove(headers, name);
        const char* const text = value.empty() ? "" : value.data();  // null would be no value
        const rd_kafka_resp_err_t error =
            rd_kafka_header_add(&headers, name.data(), static_cast<ssize_t>(name.size()), text,
                                static_cast<ssize_t>(value.size()));
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::bad_alloc{};
    }

    static void remove(rd_kafka_headers_t& headers, std::string_view name) {
        // librdkafka compares with regard to case: every spelling goes by itself, in one walk.
        const char* found = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        std::string spelled;
        for (std::size_t i = 0; rd_kafka_header_get_all(&headers, i, &found, &value, &size) ==
                                RD_KAFKA_RESP_ERR_NO_ERROR;) {
            if (!same_header(found, name)) {
                ++i;
                continue;
            }
            spelled = found;  // the name is freed with its header
            if (rd_kafka_header_remove(&headers, spelled.c_str()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
                return;
            }
        }
    }
};

/// The headers of a record that was consumed.
template <>
struct CarrierTraits<rd_kafka_message_t> {
    template <typename Visit>
    static void for_each(const rd_kafka_message_t& message, Visit&& visit) {
        detail::for_each_kafka_header(headers_of(message), visit);
    }

    template <typename Visit>
    static void find(const rd_kafka_message_t& message, std::string_view name, Visit&& visit) {
        detail::find_kafka_header(headers_of(message), name, visit);
    }

private:
    static const rd_kafka_headers_t* headers_of(const rd_kafka_message_t& message) {
        // An event that is no record, such as a timeout of the C++ API, may be less than
        // librdkafka looks at. A record has a topic.
        rd_kafka_headers_t* headers = nullptr;
        if (message.rkt != nullptr) rd_kafka_message_headers(&message, &headers);
        return headers;
    }
};

}  // namespace ctx
