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
    return give_all(record, record, 1);
}

bool SpanPool::give_all(SpanRecord* first, SpanRecord* last, std::size_t count) noexcept {
    if (!try_lock()) return false;
    const bool wanted = !closed_ && count_ + count <= max_;
    if (wanted) {
        last->next = first_;
        first_ = first;
        count_ += count;
    }
    // From here on another thread may take the records, or close the pool and delete them.
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
