#include "tracing/span_pool.hpp"

#include "tracing/span_record.hpp"

#include <thread>
#include <utility>

namespace ctx::detail {

SpanRecord* SpanPool::take() noexcept {
    if (!try_lock()) return nullptr;
    SpanRecord* const record = first_;
    if (record != nullptr) {
        first_ = record->next;
        --count_;
    }
    unlock();
    return record;
}

bool SpanPool::give(SpanRecord* record) noexcept {
    if (!try_lock()) return false;
    const bool wanted = !closed_ && count_ < max_;
    if (wanted) {
        record->next = first_;
        first_ = record;
        ++count_;
    }
    // From here on another thread may take the record, or close the pool and delete it.
    unlock();
    return wanted;
}

void SpanPool::close() noexcept {
    while (!try_lock())
        std::this_thread::yield();
    closed_ = true;
    SpanRecord* record = std::exchange(first_, nullptr);
    count_ = 0;
    unlock();
    while (record != nullptr)
        delete std::exchange(record, record->next);
}

}  // namespace ctx::detail
