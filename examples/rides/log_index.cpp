#include "log_index.hpp"

#include <ctx/logging/spdlog.hpp>

#include <new>
#include <string_view>

namespace rides {

void LogIndex::sink_it_(const spdlog::details::log_msg& message) {
    lines_total_.fetch_add(1, std::memory_order_relaxed);
    ctx::log::FragmentBuffer buffer;
    const ctx::TraceId id = ctx::log::record_context(message, buffer).trace_id;
    if (!id.is_valid()) return;
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    Trace& trace = place_for(id);
    if (++trace.count <= max_lines) trace.lines.append(line.data(), line.size());
}

std::string LogIndex::find(ctx::TraceId id) {
    const std::lock_guard lock{mutex_};
    const auto found = traces_.find(id);
    return found == traces_.end() ? std::string{} : found->second.lines;
}

// Lines arrive through spdlog's queue, so a trace may be kept before its first line is here. That
// its lines were here and went is not possible: there is room for more traces than the trace store
// has, and that one refuses what it has forgotten.
bool LogIndex::keep(const ctx::SpanData& span) noexcept {
    try {
        const std::lock_guard lock{mutex_};
        const Clock::time_point now = Clock::now();
        Trace& trace = place_for(span.context.trace_id);
        if (trace.kept_until == Clock::time_point{}) {
            if (kept_ >= max_traces / 2) return false;
            ++kept_;
        }
        trace.kept_until = now + keep_for;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

LogIndex::Trace& LogIndex::place_for(ctx::TraceId id) {
    const auto found = traces_.find(id);
    if (found != traces_.end()) return found->second;
    if (traces_.size() >= max_traces) make_room(Clock::now());
    oldest_first_.push_back(id);
    return traces_[id];
}

// At most half of the traces are kept, so this ends after a few steps on average.
void LogIndex::make_room(Clock::time_point now) {
    for (std::size_t seen = oldest_first_.size(); seen > 0; --seen) {
        const ctx::TraceId id = oldest_first_.front();
        oldest_first_.pop_front();
        const auto found = traces_.find(id);
        if (found->second.kept_until > now) {
            oldest_first_.push_back(id);
            continue;
        }
        if (found->second.kept_until != Clock::time_point{}) --kept_;
        traces_.erase(found);
        return;
    }
}

}  // namespace rides
