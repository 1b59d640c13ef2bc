// ctx/executors/coroutine/when_all.hpp: branches of a request, and their join.
//
//     auto [price, stock] = co_await ctx::when_all(ask_price(item), ask_stock(item));
//     std::vector<Quote> quotes = co_await ctx::when_all(std::move(tasks));
//
// All branches begin with the context that is current, on this thread, one after the other, and go
// on wherever they get to. When all have ended the coroutine goes on with the join of their
// contexts: the baggage that they added (ctx::continue_with) is merged as the Tracing Plane does,
// and their spans become links. A branch that was cancelled adds nothing.
//
// When a branch fails, the others are asked to stop (cancellation.hpp), and waited for.
//
// Threads   The branches run in parallel if they move to other threads. The coroutine goes on on
//           the thread on which the last of them ended.
// Errors    The first failure in the order of the branches, one that is no Cancelled if there is
//           one, when all have ended.
// Cost      A stop source and a context for all branches; one atomic decrement for each.

#pragma once

#include <ctx/executors/cancellation.hpp>
#include <ctx/executors/coroutine/task.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ctx {

namespace detail {

/// What the branches of one when_all() share.
class BranchGroup {
public:
    /// Before the branches begin. @param count  of them.
    void begin(std::size_t count, std::coroutine_handle<> awaiting) {
        open_.store(count + 1, std::memory_order_relaxed);
        awaiting_ = awaiting;
        outer_.emplace(stop_token_of(current()), Stop{&stop_});
        context_ = with_stop_token(current(), stop_.get_token());
    }
    [[nodiscard]] const Context& context() const noexcept { return context_; }

    /// @return whether that was the last one. This object may be gone if it was not.
    [[nodiscard]] bool one_ended() noexcept {
        return open_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    void failed() noexcept { stop_.request_stop(); }
    void resume() const { awaiting_.resume(); }

    /// The context that the branches were joined in.
    [[nodiscard]] const Context& joined() const noexcept { return joined_; }
    void join_with(ContextView last) {
        if (last.node() == context_.node()) return;
        joined_ = joined_ ? join(joined_, Context{last}) : join(Context{current()}, Context{last});
    }

private:
    struct Stop {
        std::stop_source* source;
        void operator()() const noexcept { source->request_stop(); }
    };

    std::atomic<std::size_t> open_{0};
    std::coroutine_handle<> awaiting_;
    std::stop_source stop_;
    std::optional<std::stop_callback<Stop>> outer_;
    Context context_;
    Context joined_;
};

/// One branch, and what its task resumes at its end.
template <typename T>
class Branch : FakeFrame {
public:
    explicit Branch(task<T> lazy) noexcept : FakeFrame{&end, &ignore}, task_(std::move(lazy)) {}
    // Only before it begins.
    Branch(Branch&& other) noexcept : FakeFrame{&end, &ignore}, task_(std::move(other.task_)) {}

    void begin(BranchGroup& group) {
        group_ = &group;
        const auto coroutine = TaskAccess::coroutine(task_);
        coroutine.promise().start_with(group.context(), handle());
        coroutine.resume();
    }

    /// Its failure: by a cancellation, or another one.
    void look_at_end(std::exception_ptr& failure, std::exception_ptr& cancelled) {
        auto& promise = TaskAccess::coroutine(task_).promise();
        try {
            promise.rethrow_failure();
        } catch (const Cancelled&) {
            if (!cancelled) cancelled = std::current_exception();
            return;
        } catch (...) {
            if (!failure) failure = std::current_exception();
        }
        group_->join_with(promise.last_context());
    }

    [[nodiscard]] auto result() {
        auto& promise = TaskAccess::coroutine(task_).promise();
        if constexpr (std::is_void_v<T>) {
            return std::monostate{};
        } else {
            return promise.result();
        }
    }

private:
    static void end(void* frame) {
        auto& self = *static_cast<Branch*>(static_cast<FakeFrame*>(frame));
        BranchGroup& group = *self.group_;
        if (TaskAccess::coroutine(self.task_).promise().has_failed()) group.failed();
        if (group.one_ended()) group.resume();
    }
    static void ignore(void* /*frame*/) noexcept {}

    task<T> task_;
    BranchGroup* group_ = nullptr;
};

template <typename T>
using BranchResult = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// `Branches` calls a function for each Branch, and makes the result of all.
template <typename Branches>
class [[nodiscard]] WhenAll {
public:
    explicit WhenAll(Branches branches) : branches_(std::move(branches)) {}

    [[nodiscard]] auto in_strand(Strand& strand) && noexcept {
        return Waiting{std::move(branches_), strand};
    }

private:
    class [[nodiscard]] Waiting {
    public:
        Waiting(Branches branches, Strand& strand)
            : branches_(std::move(branches)), absence_(&strand) {}
        bool await_ready() const noexcept { return branches_.count() == 0; }

        [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> awaiting) {
            group_.begin(branches_.count(), awaiting);
            absence_.begin();
            branches_.for_each([this](auto& branch) { branch.begin(group_); });
            return !group_.one_ended();
        }

        auto await_resume() {
            if (absence_.end()) take_ends();
            return branches_.result();
        }

    private:
        void take_ends() {
            std::exception_ptr failure;
            std::exception_ptr cancelled;
            branches_.for_each([&](auto& branch) { branch.look_at_end(failure, cancelled); });
            if (group_.joined()) {
                release_node(replace_node(Context{group_.joined()}.release()));
            }
            if (failure || cancelled) std::rethrow_exception(failure ? failure : cancelled);
        }

        BranchGroup group_;  // outlives the branches
        Branches branches_;
        Absence absence_;
    };

    Branches branches_;
};

template <typename... Ts>
class BranchTuple {
public:
    explicit BranchTuple(task<Ts>... tasks) : branches_(Branch<Ts>{std::move(tasks)}...) {}
    [[nodiscard]] static constexpr std::size_t count() noexcept { return sizeof...(Ts); }
    template <typename F>
    void for_each(F function) {
        std::apply([&](auto&... branch) { (function(branch), ...); }, branches_);
    }
    [[nodiscard]] std::tuple<BranchResult<Ts>...> result() {
        return std::apply(
            [](auto&... branch) { return std::tuple<BranchResult<Ts>...>{branch.result()...}; },
            branches_);
    }

private:
    std::tuple<Branch<Ts>...> branches_;
};

template <typename T>
class BranchList {
public:
    explicit BranchList(std::vector<task<T>> tasks) {
        branches_.reserve(tasks.size());
        for (task<T>& lazy : tasks)
            branches_.emplace_back(std::move(lazy));
    }
    [[nodiscard]] std::size_t count() const noexcept { return branches_.size(); }
    template <typename F>
    void for_each(F function) {
        for (Branch<T>& branch : branches_)
            function(branch);
    }
    [[nodiscard]] auto result() {
        if constexpr (!std::is_void_v<T>) {
            std::vector<T> results;
            results.reserve(branches_.size());
            for (Branch<T>& branch : branches_)
                results.push_back(branch.result());
            return results;
        }
    }

private:
    std::vector<Branch<T>> branches_;
};

}  // namespace detail

/// Waits for all of them: a tuple of their results, std::monostate for a task without one. To be
/// awaited in a ctx::task or where the promise is a ContextPromise.
template <typename... Ts>
[[nodiscard]] auto when_all(task<Ts>... tasks) {
    return detail::WhenAll<detail::BranchTuple<Ts...>>{
        detail::BranchTuple<Ts...>{std::move(tasks)...}};
}

/// The same of any number: a vector of their results, nothing for tasks without one.
template <typename T>
[[nodiscard]] auto when_all(std::vector<task<T>> tasks) {
    return detail::WhenAll<detail::BranchList<T>>{detail::BranchList<T>{std::move(tasks)}};
}

}  // namespace ctx
