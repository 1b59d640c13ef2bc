// The least library of senders that speaks the protocol of std::execution: member functions connect,
// start, get_env, query, set_value, set_error and set_stopped, and tags that say who speaks it.

#pragma once

#include "executors/support.hpp"

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx::test::harness {

struct sender_t {};
struct receiver_t {};
struct operation_state_t {};
struct scheduler_t {};

struct set_value_t {};
struct set_error_t {};
struct set_stopped_t {};
template <typename... Signatures>
struct completion_signatures {};

struct forwarding_query_t {
    template <typename Query>
    constexpr bool operator()(Query query) const noexcept {
        if constexpr (requires { query.query(*this); }) {
            return query.query(*this);
        } else {
            return std::derived_from<Query, forwarding_query_t>;
        }
    }
};
inline constexpr forwarding_query_t forwarding_query{};

template <typename Tag>
struct get_completion_scheduler_t : forwarding_query_t {};

struct empty_env {};
template <typename T>
decltype(auto) get_env(const T& object) noexcept {
    if constexpr (requires { object.get_env(); }) {
        return object.get_env();
    } else {
        return empty_env{};
    }
}

template <typename S>
concept sender = std::derived_from<typename std::remove_cvref_t<S>::sender_concept, sender_t> &&
    std::move_constructible<std::remove_cvref_t<S>>;

template <typename R>
concept receiver = std::derived_from<typename R::receiver_concept, receiver_t> &&
    std::is_nothrow_move_constructible_v<R>;

struct connect_t {
    template <sender S, receiver R>
    auto operator()(S&& from, R to) const {
        if constexpr (requires { from.lowered(); }) {
            return (*this)(std::forward<S>(from).lowered(), std::move(to));
        } else {
            return std::forward<S>(from).connect(std::move(to));
        }
    }
};
inline constexpr connect_t connect{};

struct start_t {
    template <typename Operation>
    requires std::derived_from<typename Operation::operation_state_concept, operation_state_t>
    void operator()(Operation& operation) const noexcept {
        static_assert(noexcept(operation.start()));
        operation.start();
    }
};
inline constexpr start_t start{};

template <typename S, typename R>
using Operation = decltype(connect(std::declval<S>(), std::declval<R>()));

// Sources -----------------------------------------------------------------------------------------

/// Completes at once as `F` does with the receiver.
template <typename Signatures, typename F>
struct AtOnce {
    using sender_concept = sender_t;
    using completion_signatures = Signatures;
    F complete;

    template <typename R>
    struct State {
        using operation_state_concept = operation_state_t;
        R to;
        F complete;
        void start() noexcept { complete(std::move(to)); }
    };
    template <typename R>
    State<R> connect(R to) && {
        return {std::move(to), std::move(complete)};
    }
    template <typename R>
    State<R> connect(R to) const& {
        return {std::move(to), complete};
    }
};
template <typename... Signatures, typename F>
auto at_once(F complete) {
    return AtOnce<completion_signatures<Signatures...>, F>{std::move(complete)};
}

template <typename... Values>
auto just(Values... values) {
    return at_once<set_value_t(Values...)>([... v = std::move(values)](auto&& to) mutable noexcept {
        std::move(to).set_value(std::move(v)...);
    });
}
inline auto just_error(std::exception_ptr error) {
    return at_once<set_error_t(std::exception_ptr)>(
        [error](auto&& to) noexcept { std::move(to).set_error(error); });
}
inline auto just_stopped() {
    return at_once<set_stopped_t()>([](auto&& to) noexcept { std::move(to).set_stopped(); });
}

/// What the environment answers; the signature depends on it.
template <typename Query>
struct ReadEnv {
    using sender_concept = sender_t;
    template <typename Self, typename Env>
    static constexpr auto get_completion_signatures() noexcept
        -> completion_signatures<set_value_t(decltype(Query{}(std::declval<const Env&>())))> {
        return {};
    }
    template <typename R>
    auto connect(R to) const {
        return at_once<>([](auto&& next) noexcept {
                   auto answer = Query{}(harness::get_env(next));
                   std::move(next).set_value(std::move(answer));
               })
            .connect(std::move(to));
    }
};
template <typename Query>
ReadEnv<Query> read_env(Query /*query*/) {
    return {};
}

/// Work that waits for a thread: no allocation, the operations are the queue.
struct Work {
    Work* next = nullptr;
    virtual void run() noexcept = 0;

protected:
    ~Work() = default;
};

/// Where work waits until somebody calls run_one().
class Queue {
public:
    class Scheduler;
    [[nodiscard]] Scheduler get_scheduler() noexcept;

    void push(Work& work) {
        const std::lock_guard lock{mutex_};
        (last_ == nullptr ? first_ : last_->next) = &work;
        last_ = &work;
        ready_.notify_one();
    }
    void close() {
        const std::lock_guard lock{mutex_};
        closed_ = true;
        ready_.notify_all();
    }
    /// Waits for work. @return false when the queue is closed and empty.
    bool run_one() {
        std::unique_lock lock{mutex_};
        ready_.wait(lock, [this] { return closed_ || first_ != nullptr; });
        Work* const work = first_;
        if (work == nullptr) return false;
        first_ = work->next;
        if (first_ == nullptr) last_ = nullptr;
        lock.unlock();
        work->run();
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable ready_;
    Work* first_ = nullptr;
    Work* last_ = nullptr;
    bool closed_ = false;
};

class Queue::Scheduler {
public:
    using scheduler_concept = scheduler_t;
    explicit Scheduler(Queue& queue) noexcept : queue_(&queue) {}

    struct Attributes {
        Queue* queue;
        Scheduler query(get_completion_scheduler_t<set_value_t> /*query*/) const noexcept {
            return Scheduler{*queue};
        }
    };
    template <typename R>
    struct State final : Work {
        using operation_state_concept = operation_state_t;
        State(Queue& to, R end) : queue(&to), receiver(std::move(end)) {}
        void start() noexcept { queue->push(*this); }
        void run() noexcept override { std::move(receiver).set_value(); }
        Queue* queue;
        R receiver;
    };
    struct Sender {
        using sender_concept = sender_t;
        Queue* queue;
        template <typename Env>
        completion_signatures<set_value_t()> get_completion_signatures(const Env& /*env*/) const {
            return {};
        }
        template <typename R>
        State<R> connect(R to) const {
            return {*queue, std::move(to)};
        }
        Attributes get_env() const noexcept { return {queue}; }
    };
    [[nodiscard]] Sender schedule() const noexcept { return {queue_}; }
    friend bool operator==(const Scheduler&, const Scheduler&) noexcept = default;

private:
    Queue* queue_;
};
inline Queue::Scheduler Queue::get_scheduler() noexcept {
    return Scheduler{*this};
}

template <typename S>
auto schedule(const S& scheduler) {
    return scheduler.schedule();
}

/// Threads that run a queue, and count the tasks that left them with a context.
class Threads {
public:
    explicit Threads(int count) {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this] {
                while (queue_.run_one())
                    dirty_ += current() ? 1 : 0;
            });
    }
    ~Threads() { finish(); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    [[nodiscard]] auto get_scheduler() noexcept { return queue_.get_scheduler(); }
    int finish() {
        queue_.close();
        threads_.clear();
        return dirty_;
    }

private:
    Queue queue_;
    std::atomic<int> dirty_{0};
    std::vector<std::jthread> threads_;
};

}  // namespace ctx::test::harness
