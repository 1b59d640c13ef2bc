#include "options.hpp"

#include <absl/status/status.h>

#include <charconv>
#include <limits>

namespace rides {

const std::string_view usage =
    R"(usage: rides [--port N] [--load RPS] [--seconds N] [--log FILE] [--sample R]

A ride-hailing service on 127.0.0.1 that shows what ctx does: open its page in a browser.

  --port N      the page, /dispatch, /metrics (default 8080; 0: any free port, which is printed)
  --load RPS    sends that many rides per second to itself (default: none)
  --seconds N   runs that long (with --load 20 unless told otherwise), then checks itself and
                says for each check what it saw; exit status 0 only if all hold
  --log FILE    appends the log, JSON lines, to FILE (default: stdout)
  --sample R    records this share of the traces that begin here, 0 to 1 (default 1)
  --help        this text

Progress goes to stderr. Ctrl-C stops it cleanly.
)";

namespace {

template <typename Number>
bool read(std::string_view text, Number least, Number most, Number& number) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    if (!(value >= least && value <= most)) return false;
    number = value;
    return true;
}

bool read_option(std::string_view name, std::string_view value, Options& options) {
    if (name == "--port") {
        return read<unsigned short>(value, 0, std::numeric_limits<unsigned short>::max(),
                                    options.port);
    }
    if (name == "--load") return read(value, 0.0, 10'000.0, options.load_rps);
    if (name == "--sample") return read(value, 0.0, 1.0, options.sample_ratio);
    if (name == "--log") {
        options.log_file = value;
        return !value.empty();
    }
    int seconds = 0;
    if (name != "--seconds" || !read(value, 1, 86'400, seconds)) return false;
    options.seconds = std::chrono::seconds{seconds};
    return true;
}

}  // namespace

absl::StatusOr<Options> parse_options(int argc, char** argv) {
    Options options;
    bool load_given = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--help" || name == "-h") {
            options.help = true;
            return options;
        }
        const std::string_view value = i + 1 < argc ? argv[++i] : "";
        if (!read_option(name, value, options)) {
            return absl::InvalidArgumentError("cannot understand '" + std::string{name} +
                                              (value.empty() ? "" : " ") + std::string{value} +
                                              "' (try --help)");
        }
        load_given = load_given || name == "--load";
    }
    if (options.seconds && !load_given) options.load_rps = default_check_rps;
    return options;
}

}  // namespace rides
