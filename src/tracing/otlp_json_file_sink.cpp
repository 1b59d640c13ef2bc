#include <ctx/context/diagnostics.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/tracing/otlp_json.hpp>
#include <ctx/tracing/otlp_json_file_sink.hpp>

#include <absl/status/status.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace ctx {
namespace {

Stat write_errors{"ctx_otlp_write_errors_total", "Failed writes of OTLP/JSON files."};
Stat lost_spans{"ctx_otlp_lost_spans_total", "Spans in batches that could not be written."};

constexpr std::size_t usual_line = std::size_t{1} << 20;  // more is given back after the batch

std::string reason(int error) {
    return std::generic_category().message(error);
}

// @return what was not written.
std::string_view write_all(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return text;
}

}  // namespace

absl::StatusOr<std::shared_ptr<OtlpJsonFileSink>> OtlpJsonFileSink::open(const std::string& path) {
    constexpr int mode = 0640;
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
    if (descriptor < 0) {
        const int error = errno;
        return absl::ErrnoToStatus(error, "cannot open " + path);
    }
    return std::shared_ptr<OtlpJsonFileSink>{new OtlpJsonFileSink{descriptor, path}};
}

OtlpJsonFileSink::OtlpJsonFileSink(int descriptor, std::string path) noexcept
    : descriptor_(descriptor), path_(std::move(path)) {}

OtlpJsonFileSink::~OtlpJsonFileSink() {
    ::close(descriptor_);
}

void OtlpJsonFileSink::consume(std::span<const SpanData> batch) {
    if (batch.empty()) return;
    line_.clear();
    if (torn_) line_ += '\n';
    append_otlp_json(line_, batch);
    line_ += '\n';
    const std::string_view rest = write_all(descriptor_, line_);
    const int error = errno;
    if (rest.size() < line_.size()) torn_ = !rest.empty();
    healthy_.store(rest.empty(), std::memory_order_relaxed);
    if (!rest.empty()) {
        failed_since_flush_ = true;
        write_errors.add();
        lost_spans.add(batch.size());
        if (limiter_.pass()) {
            diagnose(Severity::error, "otlp", "cannot write " + path_ + ": " + reason(error));
        }
    }
    if (line_.capacity() > usual_line) line_ = {};
}

bool OtlpJsonFileSink::keep(const SpanData& /*span*/) noexcept {
    return healthy_.load(std::memory_order_relaxed);
}

bool OtlpJsonFileSink::flush(Deadline /*deadline*/) noexcept {
    return !std::exchange(failed_since_flush_, false);
}

}  // namespace ctx
