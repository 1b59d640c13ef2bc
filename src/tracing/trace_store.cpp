#include "tracing/stats.hpp"
#include "tracing/trace_table.hpp"
#include <ctx/tracing/trace_store.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace ctx {

class TraceStore::Impl {
public:
    explicit Impl(const TraceStoreOptions& options) : table(options) {}

    mutable std::mutex mutex;
    detail::TraceTable table;
};

TraceStore::TraceStore(TraceStoreOptions options) : impl_(std::make_unique<Impl>(options)) {}

TraceStore::~TraceStore() = default;

void TraceStore::consume(std::span<const SpanData> batch) {
    for (const SpanData& span : batch) {
        SpanDataPtr copy = copy_span(span);  // before the lock: it allocates
        const std::lock_guard lock{impl_->mutex};
        if (!impl_->table.add(std::move(copy))) detail::store_dropped_spans.add();
    }
}

bool TraceStore::keep(const SpanData& span) noexcept {
    try {
        SpanDataPtr copy = copy_span(span);
        const std::lock_guard lock{impl_->mutex};
        return impl_->table.keep(std::move(copy));
    } catch (...) {
        return false;  // no memory, no promise
    }
}

bool TraceStore::flush(Deadline /*deadline*/) noexcept {
    return true;
}

std::vector<SpanDataPtr> TraceStore::find(TraceId id) const {
    std::vector<SpanDataPtr> spans;
    {
        const std::lock_guard lock{impl_->mutex};
        spans = impl_->table.find(id);
    }
    std::ranges::stable_sort(spans, {}, [](const SpanDataPtr& span) { return span->start; });
    return spans;
}

std::vector<TraceId> TraceStore::recent(std::size_t count) const {
    const std::lock_guard lock{impl_->mutex};
    return impl_->table.recent(count);
}

std::size_t TraceStore::trace_count() const noexcept {
    const std::lock_guard lock{impl_->mutex};
    return impl_->table.trace_count();
}

std::size_t TraceStore::kept_count() const noexcept {
    const std::lock_guard lock{impl_->mutex};
    return impl_->table.kept_count();
}

std::size_t TraceStore::bytes() const noexcept {
    const std::lock_guard lock{impl_->mutex};
    return impl_->table.bytes();
}

}  // namespace ctx
