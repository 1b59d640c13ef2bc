// rides: a ride-hailing service in the manner of HotROD. It shows one request on its way through
// coroutines, a thread pool, callbacks and four services, and what ctx makes of it: log lines that
// all carry its trace id, metrics by a customer that nobody passes on, exemplars that lead back.

#include "demo.hpp"
#include "load.hpp"
#include "options.hpp"
#include "selfcheck.hpp"
#include <ctx/context/diagnostics.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>

namespace {

using namespace rides;
using std::chrono::seconds;

void show_progress(const Options& options, const Load& load, seconds passed, bool last) {
    static const bool terminal = isatty(STDERR_FILENO) != 0;
    if (!terminal && !last && passed.count() % 5 != 0) return;
    const LoadFigures figures = load.figures();
    std::fprintf(stderr, "%s%5lld s  %llu rides  %.0f/s wanted  p50 %.1f ms  %llu errors%s",
                 terminal ? "\r" : "", static_cast<long long>(passed.count()),
                 static_cast<unsigned long long>(figures.done), options.load_rps, figures.p50_ms,
                 static_cast<unsigned long long>(figures.errors), terminal && !last ? "   " : "\n");
    std::fflush(stderr);
}

/// Returns when the time is over or somebody asks to stop.
void wait_for_the_end(const Options& options, const Load& load) {
    net::io_context io{1};
    net::signal_set signals{io, SIGINT, SIGTERM};
    net::steady_timer timer{io, std::chrono::steady_clock::now()};
    seconds passed{0};
    signals.async_wait([&](const beast::error_code&, int) {
        timer.cancel();
        io.stop();
    });
    std::function<void(const beast::error_code&)> each_second =
        [&](const beast::error_code& error) {
            if (error) return;
            ++passed;
            const bool last = options.seconds && passed > *options.seconds;
            if (options.load_rps > 0) show_progress(options, load, passed - seconds{1}, last);
            if (last) return signals.cancel();
            timer.expires_at(timer.expiry() + seconds{1});
            timer.async_wait(each_second);
        };
    timer.async_wait(each_second);
    io.run();
}

int run(const Options& options) {
    SelfCheck check;
    auto audit = std::make_shared<LineAudit>();
    {
        std::vector<spdlog::sink_ptr> sinks;
        if (options.seconds) sinks.push_back(audit);
        auto demo = Demo::start(options, sinks);
        if (!demo.ok()) {
            std::fprintf(stderr, "rides: %s\n", std::string{demo.status().message()}.c_str());
            return 1;
        }
        const unsigned short port = (*demo)->port();
        std::fprintf(stderr, "rides: open http://127.0.0.1:%hu/\n", port);
        Load load{(*demo)->io(), port, options.load_rps, options.seconds.has_value()};
        load.start();
        wait_for_the_end(options, load);
        const bool idle = load.stop(seconds{20});
        if (!options.seconds) std::fputs("\nrides: stopping\n", stderr);
        if (!idle) std::fputs("rides: some rides did not end\n", stderr);
        if (options.seconds && options.load_rps > 0) {
            check.while_running(port, (*demo)->telemetry(), load.figures(), load.sent_rides(),
                                *audit);
        }
    }
    if (options.seconds) check.after_the_end();
    return check.all_held() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options.ok()) {
        std::fprintf(stderr, "rides: %s\n", std::string{options.status().message()}.c_str());
        return 2;
    }
    if (options->help) {
        std::fputs(usage.data(), stdout);
        return 0;
    }
    ctx::set_diagnostics_handler([](const ctx::Diagnostic& said) noexcept {
        std::fprintf(stderr, "ctx %.*s: %.*s\n", static_cast<int>(said.component.size()),
                     said.component.data(), static_cast<int>(said.message.size()),
                     said.message.data());
    });
    try {
        return run(*options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rides: %s\n", error.what());
        return 1;
    }
}
