// Takes a context from one set of headers and sends it on in another.
// Prints: traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
// Prints: baggage: tenant=acme
#include <ctx/propagation.hpp>

#include <cstdio>
#include <map>
#include <string>

int main() {
    const std::map<std::string, std::string> request = {
        {"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
        {"Baggage", "tenant=acme"},
    };
    const ctx::Context caller = ctx::extract(request);

    std::map<std::string, std::string> outgoing;
    ctx::inject(caller, outgoing);
    for (const auto& [name, value] : outgoing)
        std::printf("%s: %s\n", name.c_str(), value.c_str());
}
