// Carries two values over the wire and back.
// Prints: tier=gold
// Prints: tenant=acme
// Prints: dropped 1
#include <ctx/baggage.hpp>

#include <cstdio>
#include <string>

int main() {
    ctx::ParseReport report;
    ctx::Baggage baggage = ctx::parse_baggage("tenant=acme,no equals sign", {}, &report);
    baggage = baggage.set("tier", "gold");

    std::string header;
    ctx::append_w3c(header, baggage);
    for (const auto& entry : ctx::parse_baggage(header)) {
        std::printf("%s=%s\n", std::string(entry.key).c_str(), std::string(entry.value).c_str());
    }
    std::printf("dropped %zu\n", report.dropped());
}
