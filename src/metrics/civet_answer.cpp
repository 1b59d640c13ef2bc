#include "metrics/civet_answer.hpp"

#include <civetweb.h>

#include <string>

namespace ctx::detail {
namespace {

int send_plainly(mg_connection* connection, int status, const char* reason) noexcept {
    mg_printf(connection, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n",
              status, reason);
    return status;
}

/// All fields of one name, as one list.
std::string joined_header(const mg_request_info& request, std::string_view name) {
    std::string joined;
    for (int i = 0; i < request.num_headers; ++i) {
        const auto& header = request.http_headers[i];
        if (mg_strcasecmp(header.name, name.data()) != 0) continue;
        if (!joined.empty()) joined += ',';
        joined += header.value;
    }
    return joined;
}

int send_answer(mg_connection* connection, const ScrapeAnswer& answer) {
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    head.append(answer.reason).append("\r\n");
    for (const auto& [name, value] : answer.headers())
        head.append(name).append(": ").append(value).append("\r\n");
    head += "Content-Length: " + std::to_string(answer.body->size()) + "\r\n\r\n";
    mg_write(connection, head.data(), head.size());
    if (answer.with_body) mg_write(connection, answer.body->data(), answer.body->size());
    return answer.status;
}

}  // namespace

int answer_scrape(mg_connection* connection, const MetricsPage& page,
                  std::string_view path) noexcept {
    const mg_request_info* request = mg_get_request_info(connection);
    // civetweb gives a handler everything below its path, too.
    if (path != request->local_uri) return send_plainly(connection, 404, "Not Found");
    try {
        const std::string accept = joined_header(*request, "Accept");
        const std::string accept_encoding = joined_header(*request, "Accept-Encoding");
        return send_answer(connection, page.answer({.method = request->request_method,
                                                    .accept = accept,
                                                    .accept_encoding = accept_encoding}));
    } catch (...) {  // no memory; must not pass through civetweb, which is C
        return send_plainly(connection, 500, "Internal Server Error");
    }
}

}  // namespace ctx::detail
