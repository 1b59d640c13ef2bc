// The page as each transport gives it out: an answer for any HTTP server, compressed on request, and
// a file for node_exporter.
//
//   $ ./serve_metrics
//   200 Content-Type: text/plain; version=0.0.4; charset=utf-8 …
//   405 Cache-Control: no-store Allow: GET, HEAD
//   jobs_total 3

#include <ctx/metrics.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>

int main() {
    auto jobs = *ctx::CounterFamily::create({.name = "jobs", .help = "Jobs done."});
    jobs->with().add(3);
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(jobs);

    // [snippet answer]
    for (const char* method : {"GET", "POST"}) {
        const ctx::ScrapeAnswer answer = page.answer(
            {.method = method, .accept = "text/plain", .accept_encoding = "gzip;q=0.5"});
        std::cout << answer.status;
        for (const auto& [name, value] : answer.headers())
            std::cout << ' ' << name << ": " << value;
        std::cout << '\n';
    }
    // [end]

    // [snippet textfile]
    const auto path = std::filesystem::temp_directory_path() / "ctx_example.prom";
    if (const auto status = ctx::write_textfile(page, path.string()); !status.ok()) {
        std::cerr << status << '\n';
        return 1;
    }
    // [end]
    std::cout << std::ifstream{path}.rdbuf();
    std::filesystem::remove(path);
}
