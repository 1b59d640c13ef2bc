// What the tests of ctx::kafka share.

#pragma once

#include <ctx/integrations/kafka.hpp>

#include <map>
#include <memory>
#include <string>

namespace ctx::test {

inline const std::string trace = "0af7651916cd43dd8448eb211c80319c";
inline const std::string traceparent = "00-" + trace + "-b7ad6b7169203331-01";

struct HeadersDeleter {
    void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};
using CHeaders = std::unique_ptr<rd_kafka_headers_t, HeadersDeleter>;

inline CHeaders new_headers() {
    return CHeaders{rd_kafka_headers_new(2)};
}

inline void add(const CHeaders& headers, const char* name, const std::string& value) {
    rd_kafka_header_add(headers.get(), name, -1, value.data(), static_cast<ssize_t>(value.size()));
}

inline Context sender() {
    return extract(std::map<std::string, std::string>{{"traceparent", traceparent},
                                                      {"baggage", "tenant=acme"}});
}

}  // namespace ctx::test
