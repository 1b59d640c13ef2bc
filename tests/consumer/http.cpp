// A request of any library is continued and sent on.
// Prints: GET /orders/{id} of 4bf92f3577b34da6a3ce929d0e0e4736
// Prints: sent on
#include <ctx/integrations/http.hpp>

#include <cstdio>
#include <map>
#include <string>

struct MyRequest : std::map<std::string, std::string> {
    std::string verb = "GET";
    std::string path = "/orders/17";
};

template <>
struct ctx::HttpMessage<MyRequest> {
    static std::string_view method(const MyRequest& request) { return request.verb; }
    static std::string_view target(const MyRequest& request) { return request.path; }
};

int main() {
    const ctx::HttpTracing tracing{{.tracer = ctx::Tracer{{}}}};
    MyRequest request;
    request.emplace("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    auto served = tracing.serve(request, {.route = "/orders/{id}"});
    std::printf("GET /orders/{id} of %s\n", served.context().trace_id().to_string().c_str());

    MyRequest outgoing;
    auto call = tracing.call(outgoing, {.parent = served.context()});
    if (ctx::extract(outgoing).trace_id() == served.context().trace_id()) std::puts("sent on");
    call.finish(200);
    served.finish(200);
}
