#include "tracing/recorder_core.hpp"
#include <ctx/context/lifecycle.hpp>
#include <ctx/tracing/recorder.hpp>

#include <absl/status/status.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace ctx {
namespace {

absl::Status check(const RecorderOptions& options) {
    if (options.sinks.empty()) {
        return absl::InvalidArgumentError("a recorder needs at least one sink");
    }
    if (std::ranges::count(options.sinks, nullptr) != 0) {
        return absl::InvalidArgumentError("a sink of the recorder is null");
    }
    if (options.max_queued_spans < 2 || options.max_batch == 0) {
        return absl::InvalidArgumentError("a recorder needs room for two spans, and a batch");
    }
    if (options.interval <= std::chrono::milliseconds::zero()) {
        return absl::InvalidArgumentError("the interval of a recorder must be positive");
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<Recorder>> Recorder::start(RecorderOptions options) {
    if (absl::Status status = check(options); !status.ok()) return status;
    auto core = std::make_shared<detail::RecorderCore>(std::move(options));
    try {
        core->start_thread();
    } catch (const std::system_error& error) {
        return absl::ResourceExhaustedError(std::string{"no thread for a recorder: "} +
                                            error.what());
    }
    std::shared_ptr<Recorder> recorder{new Recorder{core}};
    register_flushable(*core);
    return recorder;
}

Recorder::Recorder(std::shared_ptr<detail::RecorderCore> core) noexcept : core_(std::move(core)) {}

Recorder::~Recorder() {
    core_->close();
}

bool Recorder::flush(std::chrono::milliseconds timeout) noexcept {
    return core_->flush(std::chrono::steady_clock::now() + timeout);
}

bool Recorder::shutdown(std::chrono::milliseconds timeout) noexcept {
    return core_->shutdown(std::chrono::steady_clock::now() + timeout);
}

}  // namespace ctx
