// What when_all and when_any share: tasks that run side by side, and the wait for all of them.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/cancellation.hpp>
#include <ctx/executors/coroutine/task.hpp>
#include <ctx/executors/detail/awaiter.hpp>

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ctx::detail {

/// The end of a branch that makes the others superfluous.
enum class Decisive : bool { failure, success };

/// What the branches of one await share.
class BranchGroup {
public:
    explicit BranchGroup(Decisive decisive) noexcept : decisive_(decisive) {}

    /// Before the branches begin. @param count  of them.
    void begin(std::size_t count, std::coroutine_handle<> awaiting) {
        open_.store(count + 1, std::memory_order_relaxed);
        awaiting_ = awaiting;
        outer_.emplace(stop_token_of(current()), Stop{&stop_});
        context_ = with_stop_token(current(), stop_.get_token());
    }
    [[nodiscard]] const Context& context() const noexcept { return context_; }

    /// How a branch has ended, told before one_ended().
    void tell_end(const void* branch, bool has_failed) noexcept {
        if (has_failed != (decisive_ == Decisive::failure)) return;
        const void* none = nullptr;
        if (decided_by_.compare_exchange_strong(none, branch, std::memory_order_relaxed)) {
            stop_.request_stop();
        }
    }
    /// The first branch with the decisive end; null while there is none.
    [[nodiscard]] const void* decided_by() const noexcept {
        return decided_by_.load(std::memory_order_relaxed);
    }
    /// Branches that have not begun need not.
    [[nodiscard]] bool has_enough() const noexcept {
        return decisive_ == Decisive::success && decided_by() != nullptr;
    }

    /// @return whether that was the last one. This object may be gone if it was not.
    [[nodiscard]] bool one_ended() noexcept {
        return open_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    void resume() const { awaiting_.resume(); }

    /// Merges what a branch added to its context, for continue_joined().
    void join_with(ContextView last) {
        if (last.node() == context_.node()) return;
        if (!joined_) joined_ = Context{current()};
        // What nobody has yet is taken as it is: not with the token of this group.
        joined_ = joined_ ? join(joined_, Context{last}) : with_stop_token(last, {});
    }
    /// The coroutine goes on with what was joined, if anything was.
    void continue_joined() noexcept {
        if (joined_) release_node(replace_node(std::exchange(joined_, Context{}).release()));
    }

private:
    struct Stop {
        std::stop_source* source;
        void operator()() const noexcept { source->request_stop(); }
    };

    const Decisive decisive_;
    std::atomic<const void*> decided_by_{nullptr};
    std::atomic<std::size_t> open_{0};
    std::coroutine_handle<> awaiting_;
    std::stop_source stop_;
    std::optional<std::stop_callback<Stop>> outer_;
    Context context_;
    Context joined_;
};

/// The failures of branches: the first one that is no Cancelled counts, if there is one.
class Failures {
public:
    /// To be called in a catch clause. @return whether it was a Cancelled.
    bool add_current() noexcept {
        try {
            throw;
        } catch (const Cancelled&) {
            if (!cancelled_) cancelled_ = std::current_exception();
            return true;
        } catch (...) {
            if (!failure_) failure_ = std::current_exception();
            return false;
        }
    }
    void rethrow_first() const {
        if (failure_ || cancelled_) std::rethrow_exception(failure_ ? failure_ : cancelled_);
    }

private:
    std::exception_ptr failure_;
    std::exception_ptr cancelled_;
};

template <typename T>
using BranchResult = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// The same where a reference cannot be: in a variant or a vector.
template <typename T>
using KeptResult =
    std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>,
                       BranchResult<T>>;

/// One branch, and what its task resumes at its end.
template <typename T>
class Branch : FakeFrame {
public:
    explicit Branch(task<T> lazy) noexcept : FakeFrame{&end, &ignore}, task_(std::move(lazy)) {}
    // Only before it begins.
    Branch(Branch&& other) noexcept : FakeFrame{&end, &ignore}, task_(std::move(other.task_)) {}

    void begin(BranchGroup& group) {
        group_ = &group;
        promise().start_with(group.context(), handle());
        TaskAccess::coroutine(task_).resume();
    }

    /// @return whether it ended by a Cancelled.
    bool add_failure_to(Failures& failures) noexcept {
        try {
            promise().rethrow_failure();
        } catch (...) {
            return failures.add_current();
        }
        return false;
    }

    /// The context that it had at its end.
    [[nodiscard]] ContextView last_context() noexcept { return promise().last_context(); }

    /// To be called once, of one that has not failed.
    [[nodiscard]] BranchResult<T> result() {
        if constexpr (std::is_void_v<T>) {
            return {};
        } else {
            return promise().result();
        }
    }

private:
    static void end(void* frame) {
        auto& self = *static_cast<Branch*>(static_cast<FakeFrame*>(frame));
        BranchGroup& group = *self.group_;
        group.tell_end(&self, self.promise().has_failed());
        if (group.one_ended()) group.resume();
    }
    static void ignore(void* /*frame*/) noexcept {}

    [[nodiscard]] TaskPromise<T>& promise() const noexcept {
        return TaskAccess::coroutine(task_).promise();
    }

    task<T> task_;
    BranchGroup* group_ = nullptr;
};

template <typename... Ts>
class BranchTuple {
public:
    explicit BranchTuple(task<Ts>... tasks) : branches_(Branch<Ts>{std::move(tasks)}...) {}
    [[nodiscard]] static constexpr std::size_t count() noexcept { return sizeof...(Ts); }
    [[nodiscard]] std::tuple<Branch<Ts>...>& all() noexcept { return branches_; }
    template <typename F>
    void for_each(F function) {
        std::apply([&](auto&... branch) { (function(branch), ...); }, branches_);
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
    [[nodiscard]] std::vector<Branch<T>>& all() noexcept { return branches_; }
    template <typename F>
    void for_each(F function) {
        for (Branch<T>& branch : branches_)
            function(branch);
    }

private:
    std::vector<Branch<T>> branches_;
};

/// Awaits the end of all branches. `Rule` says which end is decisive, and makes the result.
template <typename Branches, typename Rule>
class [[nodiscard]] SideBySide {
public:
    explicit SideBySide(Branches branches) : branches_(std::move(branches)) {}

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
            branches_.for_each([this](auto& branch) {
                if (group_.has_enough()) {
                    static_cast<void>(group_.one_ended());  // never the last: this function is
                } else {
                    branch.begin(group_);
                }
            });
            return !group_.one_ended();
        }

        auto await_resume() {
            absence_.end();
            return Rule::result(group_, branches_);
        }

    private:
        BranchGroup group_{Rule::decisive};  // outlives the branches
        Branches branches_;
        Absence absence_;
    };

    Branches branches_;
};

}  // namespace ctx::detail
