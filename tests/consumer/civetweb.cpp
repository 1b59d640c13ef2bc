// Serves the page of ctx from a CivetServer.
// Prints: listening
#include <ctx/metrics/civet_handler.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

int main() {
    ctx::CivetMetricsHandler handler{std::make_shared<ctx::MetricsPage>()};
    CivetServer server{std::vector<std::string>{"listening_ports", "127.0.0.1:0"}};
    server.addHandler("/metrics", handler);
    if (server.getListeningPorts().at(0) > 0) std::puts("listening");
}
