// ctx/integrations/beast_metrics.hpp: the metrics page from a server made with Boost.Beast.
//
//     if (request.target() == "/metrics") {
//         auto response = ctx::metrics_response(*page, request);
//         co_await http::async_write(stream, response);
//     }
//
// Threads   Safe from any thread. The page is rendered on the calling one, unless somebody else's
//           can be shared: a server with many series and one thread may want to post it elsewhere.
// Errors    The answer to a method other than GET and HEAD is 405, to what cannot be rendered 500.
//           std::bad_alloc.
// Cost      As in metrics/scrape.hpp, and a copy of the body.

#pragma once

#include <ctx/metrics/page.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <string_view>

namespace ctx {
namespace detail {

/// All fields of one name, as one list.
template <typename Fields>
std::string joined_field(const Fields& fields, boost::beast::http::field name) {
    std::string joined;
    const auto [first, last] = fields.equal_range(name);
    for (auto at = first; at != last; ++at) {
        if (!joined.empty()) joined += ',';
        joined.append(at->value().data(), at->value().size());
    }
    return joined;
}

}  // namespace detail

/// The answer to a scrape, ready to be sent: version and keep-alive are the request's. To HEAD it
/// has the headers of GET, Content-Length included, and no body. Do not call prepare_payload() on
/// it. Which target the page has is the caller's affair.
template <typename Body, typename Fields>
[[nodiscard]] boost::beast::http::response<boost::beast::http::string_body> metrics_response(
    const MetricsPage& page, const boost::beast::http::request<Body, Fields>& request) {
    namespace http = boost::beast::http;
    const std::string accept = detail::joined_field(request, http::field::accept);
    const std::string accept_encoding = detail::joined_field(request, http::field::accept_encoding);
    const auto method = request.method_string();
    const ScrapeAnswer answer = page.answer({.method = {method.data(), method.size()},
                                             .accept = accept,
                                             .accept_encoding = accept_encoding});
    http::response<http::string_body> response;
    response.version(request.version());
    response.result(static_cast<unsigned>(answer.status));
    for (const auto& [name, value] : answer.headers())
        response.set(boost::beast::string_view{name.data(), name.size()},
                     boost::beast::string_view{value.data(), value.size()});
    response.keep_alive(request.keep_alive());
    response.content_length(answer.body->size());
    if (answer.with_body) response.body() = *answer.body;
    return response;
}

}  // namespace ctx
