#include "logging/spdlog/held_lines.hpp"

#include "logging/spdlog/record.hpp"
#include "logging/spdlog/stats.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/detail/request_failure.hpp>
#include <ctx/context/key.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog/log.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ctx::log {
namespace detail {

std::atomic<std::uint32_t> live_request_buffers{0};

namespace {

const Key<std::shared_ptr<HeldLines>> buffer_key{"ctx log lines of the request"};

/// Names of loggers are few; a logger that has gone leaves its lines to the default one.
std::shared_ptr<spdlog::logger> logger_of(const spdlog::details::log_msg& line) {
    auto named = spdlog::get({line.logger_name.data(), line.logger_name.size()});
    return named != nullptr ? std::move(named) : spdlog::default_logger();
}

void write_to(spdlog::logger* given, const spdlog::details::log_msg_buffer& line) {
    if (given != nullptr && spdlog::string_view_t{given->name()} == line.logger_name) {
        write_captured(*given, line);
    } else if (const auto logger = logger_of(line)) {
        write_captured(*logger, line);
    }
}

}  // namespace

namespace {

/// The buffer may be in a context that was made from the span's.
void release_failed(ContextView request) noexcept {
    HeldLines* held = HeldLines::of(request);
    const ContextView now = current();
    if (held == nullptr && now && now.trace_id() == request.trace_id()) held = HeldLines::of(now);
    if (held != nullptr) held->release(nullptr);
}

}  // namespace

HeldLines::HeldLines(const RequestBufferOptions& options) noexcept : options_(options) {
    live_request_buffers.fetch_add(1, std::memory_order_relaxed);
}

HeldLines::~HeldLines() {
    live_request_buffers.fetch_sub(1, std::memory_order_relaxed);
}

HeldLines* HeldLines::of(ContextView request) noexcept {
    const auto* buffer = request ? request.get(buffer_key) : nullptr;
    return buffer == nullptr ? nullptr : buffer->get();
}

void HeldLines::drop_oldest() noexcept {
    bytes_ -= lines_.front().payload.size();
    lines_.pop_front();
    held_dropped.add();
}

std::optional<spdlog::details::log_msg_buffer> HeldLines::keep(const spdlog::details::log_msg& line,
                                                               Values values) {
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    RecordContext context = log::record_context(current(), buffer);
    context.values = values;
    std::vector<char> payload(line.payload.size() + capture_bytes(context));
    append_capture(std::copy(line.payload.begin(), line.payload.end(), payload.data()), context);
    spdlog::details::log_msg longer = line;
    longer.payload = {payload.data(), payload.size()};
    spdlog::details::log_msg_buffer copy{longer};
    const std::lock_guard lock{mutex_};
    if (is_released_) return copy;
    bytes_ += payload.size();
    lines_.push_back(std::move(copy));
    while (lines_.size() > options_.max_lines || bytes_ > options_.max_bytes)
        drop_oldest();
    return std::nullopt;
}

void HeldLines::release(spdlog::logger* logger) noexcept {
    std::deque<spdlog::details::log_msg_buffer> lines;
    {
        const std::lock_guard lock{mutex_};
        is_released_ = true;
        bytes_ = 0;
        lines.swap(lines_);
    }
    for (const auto& line : lines) {
        try {
            write_to(logger, line);
        } catch (...) {  // out of memory
            held_dropped.add();
        }
    }
}

}  // namespace detail

Context with_request_buffer(ContextView request, const RequestBufferOptions& options) {
    ctx::detail::set_request_failure_hook(&detail::release_failed);
    return Context{request}.with(detail::buffer_key, std::make_shared<detail::HeldLines>(options));
}

void release_request_lines(ContextView request) noexcept {
    if (detail::HeldLines* held = detail::HeldLines::of(request)) held->release(nullptr);
}

}  // namespace ctx::log
