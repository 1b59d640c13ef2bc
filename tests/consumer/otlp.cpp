// Writes a span to a file in OTLP/JSON.
// Prints: one line of resourceSpans
#include <ctx/otlp.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

int main() {
    const std::string path = "traces.jsonl";
    std::remove(path.c_str());
    {
        auto file = ctx::OtlpJsonFileSink::open(path);
        if (!file.ok()) return 1;
        auto recorder = ctx::Recorder::start({.sinks = {*file}});
        if (!recorder.ok()) return 1;
        const ctx::Tracer tracer{{.scope_name = "consumer", .recorder = *recorder}};
        tracer.start("checkout").end();
        if (!(*recorder)->flush(std::chrono::seconds{10})) return 1;
    }
    std::ifstream lines{path};
    std::string line;
    if (std::getline(lines, line) && line.rfind("{\"resourceSpans\":[", 0) == 0)
        std::puts("one line of resourceSpans");
}
