// Answers a scrape that came in through Boost.Beast.
// Prints: 200, # EOF
#include <ctx/integrations/beast_metrics.hpp>

#include <boost/beast/http/empty_body.hpp>

#include <cstdio>

namespace http = boost::beast::http;

int main() {
    const ctx::MetricsPage page{{.resource = {}, .self_metrics = false}};
    http::request<http::empty_body> request{http::verb::get, "/metrics", 11};
    request.set(http::field::accept, "application/openmetrics-text;version=1.0.0");
    const auto response = ctx::metrics_response(page, request);
    std::printf("%u, %s", response.result_int(), response.body().c_str());
}
