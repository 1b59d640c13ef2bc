// Headers of a record are read and written in place.
// Prints: tenant=acme
// Prints: one traceparent
#include <ctx/integrations/kafka_cpp.hpp>

#include <cstdio>
#include <map>
#include <string>

int main() {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(2);
    rd_kafka_header_add(headers, "traceparent", -1, "stale", -1);
    const std::string ids = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const ctx::Context sender = ctx::extract(
        std::map<std::string, std::string>{{"traceparent", ids}, {"baggage", "tenant=acme"}});
    ctx::inject(sender, *headers);
    ctx::carrier_get(*headers, "baggage",
                     [](std::string_view text) { std::printf("%s\n", std::string{text}.c_str()); });
    if (rd_kafka_header_cnt(headers) == 2 && ctx::extract(*headers).span_id() == sender.span_id()) {
        std::puts("one traceparent");
    }
    rd_kafka_headers_destroy(headers);
}
