// Headers of a Boost.Beast request are read and written in place.
// Prints: acme
// Prints: sent on
#include <ctx/integrations/beast.hpp>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include <cstdio>
#include <string>

namespace http = boost::beast::http;

int main() {
    http::request<http::empty_body> request;
    request.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    request.set("baggage", "tenant=acme");
    const ctx::Context caller = ctx::extract(request);
    std::printf("%s\n", std::string(caller.baggage().find("tenant").value_or("")).c_str());

    http::request<http::empty_body> outgoing;
    ctx::inject(caller, outgoing);
    if (outgoing["traceparent"] == request["traceparent"]) std::puts("sent on");
}
