// ctx/executors/channel.hpp: a bounded queue between threads that keeps each item's context.
//
//     ctx::Channel<Order> orders{64};
//     orders.send(order);                                  // waits for room; false: closed
//
//     while (auto received = orders.receive()) {           // another thread; null: closed, empty
//         const ctx::Scope scope = received->scope();      // the sender's context is current
//         charge(**received);
//     }
//
//     ctx::Batch<Order> batch = orders.receive_batch(100); // items of many requests at once
//     const ctx::Scope scope{batch.context()};             // a span started here links to them all
//     store(batch.items());
//
// Any number of threads send and receive. Items come out in the order they went in. After close()
// nothing goes in any more, what is inside comes out, and whoever waits is woken. The forms with a
// std::stop_token stop waiting when it is asked to; then they say what they say of a closed
// channel.
//
// For the queue you have, see carried.hpp.
//
// Threads   Everything of a Channel may be called from any thread, but for its destructor: nobody
//           may be waiting. A Batch is a value.
// Errors    Exceptions of the item's constructors pass through, and what was not sent is not moved
//           from. An item whose move out throws is lost, it alone, and its place is free. A batch
//           that has items already ends before it instead: it stays, as its constructor left it,
//           and the next receiver tries again. Items sent without a context are counted
//           (`ctx_channel_items_without_context_total`).
// Cost      One mutex and two condition variables. Nothing is allocated per item: the constructor
//           allocates all places, and receive_batch() the batch.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/carried.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx {

/// An item, and the context of whoever sent it.
template <typename T>
using Received = Carried<T>;

/// Items that were received at once; none when the channel was closed.
template <typename T>
class Batch {
public:
    [[nodiscard]] std::vector<Received<T>>& items() noexcept { return items_; }
    [[nodiscard]] const std::vector<Received<T>>& items() const noexcept { return items_; }
    [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

    /// The spans of the items but that of `mine`, each once: what a span that is about all of them
    /// links to (OpenTelemetry's conventions for messaging spans, batch receiving). With one item's
    /// context current these are the other requests' spans.
    [[nodiscard]] std::vector<Link> links(ContextView mine = current()) const {
        std::vector<Link> result;
        for (const Received<T>& item : items_) {
            const Context& sender = item.context();
            const Link link{sender.trace_id(), sender.span_id()};
            if (!link.span_id.is_valid() || link == Link{mine.trace_id(), mine.span_id()}) continue;
            if (std::find(result.begin(), result.end(), link) == result.end())
                result.push_back(link);
        }
        return result;
    }

    /// `mine` with links(): for the work on the batch as a whole. Baggage and values stay `mine`'s:
    /// no item's may speak for the others.
    [[nodiscard]] Context context(ContextView mine = current()) const {
        const std::vector<Link> others = links(mine);
        return others.empty() ? Context{mine} : mine.with_links(others);
    }

private:
    std::vector<Received<T>> items_;
};

template <typename T>
class Channel {
public:
    /// @param capacity  how many items may wait in it; zero counts as one.
    explicit Channel(std::size_t capacity) : places_(std::max<std::size_t>(capacity, 1)) {}

    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Sends `value` with the current context, or a Carried with its own; waits for room.
    /// @return false when the channel is closed: `value` was not moved from.
    template <typename V = T>
    requires std::is_constructible_v<Received<T>, V>
    bool send(V&& value, SourcePlace caller = SourcePlace::here()) {
        std::unique_lock lock{mutex_};
        has_room_.wait(lock, [this] { return closed_ || count_ < places_.size(); });
        return put(lock, std::forward<V>(value), caller);
    }
    /// The same, until `stop` is asked for.
    template <typename V = T>
    requires std::is_constructible_v<Received<T>, V>
    bool send(V&& value, std::stop_token stop, SourcePlace caller = SourcePlace::here()) {
        std::unique_lock lock{mutex_};
        has_room_.wait(lock, std::move(stop),
                       [this] { return closed_ || count_ < places_.size(); });
        return put(lock, std::forward<V>(value), caller);
    }
    /// Never waits for room. @return false when there is none, or the channel is closed.
    template <typename V = T>
    requires std::is_constructible_v<Received<T>, V>
    bool try_send(V&& value, SourcePlace caller = SourcePlace::here()) {
        std::unique_lock lock{mutex_};
        return put(lock, std::forward<V>(value), caller);
    }

    /// The oldest item; waits for one. Null when the channel is closed and empty.
    std::optional<Received<T>> receive() {
        std::unique_lock lock{mutex_};
        has_items_.wait(lock, [this] { return closed_ || count_ > 0; });
        return take(lock);
    }
    /// The same, until `stop` is asked for: what is there is received even so.
    std::optional<Received<T>> receive(std::stop_token stop) {
        std::unique_lock lock{mutex_};
        has_items_.wait(lock, std::move(stop), [this] { return closed_ || count_ > 0; });
        return take(lock);
    }
    /// Never waits for an item.
    std::optional<Received<T>> try_receive() {
        std::unique_lock lock{mutex_};
        return take(lock);
    }

    /// Waits for one item and takes what else is there, up to `most` in all; fewer if the move of
    /// one throws (see Errors).
    Batch<T> receive_batch(std::size_t most) {
        std::unique_lock lock{mutex_};
        has_items_.wait(lock, [this] { return closed_ || count_ > 0; });
        return take_batch(lock, most);
    }
    /// The same, until `stop` is asked for.
    Batch<T> receive_batch(std::size_t most, std::stop_token stop) {
        std::unique_lock lock{mutex_};
        has_items_.wait(lock, std::move(stop), [this] { return closed_ || count_ > 0; });
        return take_batch(lock, most);
    }

    /// Refuses everything from here on and wakes whoever waits. What is inside can be received.
    void close() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        has_items_.notify_all();
        has_room_.notify_all();
    }

    [[nodiscard]] bool closed() const {
        const std::lock_guard lock{mutex_};
        return closed_;
    }

    [[nodiscard]] std::size_t capacity() const noexcept { return places_.size(); }

private:
    using Lock = std::unique_lock<std::mutex>;

    template <typename V>
    bool put(Lock& lock, V&& value, SourcePlace caller) {
        if (closed_ || count_ == places_.size()) return false;
        std::optional<Received<T>>& place = places_[(first_ + count_) % places_.size()];
        place.emplace(std::forward<V>(value));
        ++count_;
        lock.unlock();
        if constexpr (!std::is_same_v<std::remove_cvref_t<V>, Received<T>>)
            detail::count_if_empty(detail::Adapter::channel, current(), caller);
        has_items_.notify_one();
        return true;
    }

    std::optional<Received<T>> take(Lock& lock) {
        if (count_ == 0) return std::nullopt;
        const Removal removal{*this, lock};
        return std::move(places_[first_]);
    }

    Batch<T> take_batch(Lock& lock, std::size_t most) {
        Batch<T> batch;
        const std::size_t count = std::min(most, count_);
        batch.items().reserve(count);
        try {
            while (batch.size() < count) {
                batch.items().push_back(std::move(*places_[first_]));
                remove_first();
            }
        } catch (...) {
            if (batch.empty()) {
                const Removal removal{*this, lock};
                throw;
            }
        }
        lock.unlock();
        if (count > 0) has_room_.notify_all();
        return batch;
    }

    /// The caller holds the lock, and there is one.
    void remove_first() noexcept {
        places_[first_].reset();
        first_ = (first_ + 1) % places_.size();
        --count_;
    }

    /// Frees the place of the first item at its end, whether that could be moved out or not.
    class Removal {
    public:
        Removal(Channel& channel, Lock& lock) noexcept : channel_(channel), lock_(lock) {}
        Removal(const Removal&) = delete;
        Removal& operator=(const Removal&) = delete;
        ~Removal() {
            channel_.remove_first();
            lock_.unlock();
            channel_.has_room_.notify_one();
        }

    private:
        Channel& channel_;
        Lock& lock_;
    };

    mutable std::mutex mutex_;
    std::condition_variable_any has_items_;
    std::condition_variable_any has_room_;
    std::vector<std::optional<Received<T>>> places_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    bool closed_ = false;
};

}  // namespace ctx
