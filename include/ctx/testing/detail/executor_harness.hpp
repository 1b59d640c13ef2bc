// An executor's adapter behind virtual functions, so that the checks are compiled once and not once
// per adapter; and what every check does with it.

#pragma once

#include <ctx/testing/detail/contract_task.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace ctx::testing::detail {

class ExecutorHarness {
public:
    ExecutorHarness() = default;
    ExecutorHarness(const ExecutorHarness&) = delete;
    ExecutorHarness& operator=(const ExecutorHarness&) = delete;
    virtual ~ExecutorHarness() = default;

    virtual void submit(Task task) = 0;
    virtual void submit_move_only(MoveOnlyTask task) = 0;
    virtual void submit_bare(Task task) = 0;
    virtual void submit_after(std::chrono::milliseconds delay, Task task) = 0;
    virtual void submit_unrun(Task task) = 0;
    virtual void drop_unrun() = 0;
    virtual void wait() = 0;

    [[nodiscard]] virtual std::size_t threads() const = 0;
    [[nodiscard]] virtual bool has_bare() const = 0;
    // Why less is promised; empty: everything is.
    [[nodiscard]] virtual std::string_view must_not_throw() const = 0;
    [[nodiscard]] virtual std::string_view needs_copyable_tasks() const = 0;
    [[nodiscard]] virtual std::string_view destroys_tasks_elsewhere() const = 0;
    [[nodiscard]] virtual std::string_view needs_one_submitter() const = 0;
};

template <typename A>
concept MakesCopies = requires {
    A::needs_copyable_tasks;
};

template <typename A>
class AdapterHarness final : public ExecutorHarness {
public:
    void submit(Task task) override {
        if constexpr (requires { adapter_->submit(std::move(task)); })
            adapter_->submit(std::move(task));
    }
    void submit_move_only(MoveOnlyTask task) override {
        if constexpr (!MakesCopies<A> && requires { adapter_->submit(std::move(task)); })
            adapter_->submit(std::move(task));
    }
    void submit_bare(Task task) override {
        if constexpr (has_bare_submit) adapter_->submit_bare(std::move(task));
    }
    void submit_after(std::chrono::milliseconds delay, Task task) override {
        if constexpr (requires { adapter_->submit_after(delay, std::move(task)); })
            adapter_->submit_after(delay, std::move(task));
    }
    void submit_unrun(Task task) override {
        if constexpr (requires { adapter_->submit_unrun(std::move(task)); })
            adapter_->submit_unrun(std::move(task));
    }
    void drop_unrun() override {
        if constexpr (requires { adapter_->drop_unrun(); }) adapter_->drop_unrun();
    }
    void wait() override { adapter_->wait(); }

    [[nodiscard]] std::size_t threads() const override {
        if constexpr (requires { A::threads; }) return A::threads;
        return 1;
    }
    [[nodiscard]] bool has_bare() const override { return has_bare_submit; }
    [[nodiscard]] std::string_view must_not_throw() const override {
        if constexpr (requires { A::must_not_throw; }) return A::must_not_throw;
        return {};
    }
    [[nodiscard]] std::string_view needs_copyable_tasks() const override {
        if constexpr (MakesCopies<A>) return A::needs_copyable_tasks;
        return {};
    }
    [[nodiscard]] std::string_view destroys_tasks_elsewhere() const override {
        if constexpr (requires { A::destroys_tasks_elsewhere; }) return A::destroys_tasks_elsewhere;
        return {};
    }
    [[nodiscard]] std::string_view needs_one_submitter() const override {
        if constexpr (requires { A::needs_one_submitter; }) return A::needs_one_submitter;
        return {};
    }

private:
    static constexpr bool has_bare_submit = requires(A & adapter, Task task) {
        adapter.submit_bare(std::move(task));
    };

    std::unique_ptr<A> adapter_ = std::make_unique<A>();  // its destructor may throw
};

/// A few tasks on their way through an adapter. What a task holds belongs to it, so that a task
/// which runs too late finds everything.
class Run {
public:
    explicit Run(ExecutorHarness& executor) : executor_(&executor) {}

    [[nodiscard]] const Notes& notes() const noexcept { return notes_; }

    /// Safe from inside of tasks. @param end  runs when the task is destroyed.
    void submit(std::function<void()> body, std::function<void()> end = {}) const {
        Task task{std::make_shared<Work>(counted(std::move(body)), counted_end(std::move(end)))};
        may_throw([&] { executor_->submit(std::move(task)); });
    }
    void submit_move_only(std::function<void()> body) const {
        MoveOnlyTask task{std::make_unique<Work>(counted(std::move(body)), nullptr)};
        may_throw([&] { executor_->submit_move_only(std::move(task)); });
    }
    void submit_after(std::chrono::milliseconds delay, std::function<void()> body) const {
        executor_->submit_after(delay,
                                Task{std::make_shared<Work>(counted(std::move(body)), nullptr)});
    }
    /// For a task of make_task(), the first time and again.
    void submit(const Task& task) const {
        may_throw([&] { executor_->submit(task); });
    }
    void submit_again(const Task& task) const {
        pending_.expect_one_more();
        submit(task);
    }
    [[nodiscard]] Task make_task(std::function<void()> body) const {
        return Task{std::make_shared<Work>(counted(std::move(body)), nullptr)};
    }

    /// Waits, as somebody else, until everything has run; then tells what was wrong.
    void finish(std::string_view what = {}) const {
        const Context stranger = make_request(999);
        {
            const Scope scope{stranger};
            while (!may_throw([this] { executor_->wait(); })) {
            }
            notes_.expect_current(
                stranger, "The thread that called wait(), after tasks ran on it",
                "Put back the context that the thread had, and not an empty one or the task's: a "
                "ctx::Boundary does, on every way out.");
        }
        if (!pending_.wait()) {
            ADD_FAILURE() << pending_.missing() << " tasks did not run, or were not destroyed, in "
                          << patience().count()
                          << " ms: the adapter's wait() must run what was submitted, and what that "
                             "submits, if no thread of its own does.";
        }
        notes_.report(what);
    }

    /// Looks at the threads past the adapter: none of them may have a context left.
    void look_at_threads(std::string_view after) const {
        if (!executor_->has_bare()) return;
        const std::size_t together = executor_->threads() == 0 ? 1 : executor_->threads();
        for (std::size_t round = 0; round < (together == 1 ? 8U : 1U); ++round) {
            const Event all{together};
            for (std::size_t i = 0; i < together; ++i)
                executor_->submit_bare(bare_look(all, std::string{after}));
            finish();
        }
    }

private:
    /// @return whether it went through.
    template <typename F>
    static bool may_throw(const F& call) {
        try {
            call();
        } catch (const OnPurpose&) {
            return false;
        }
        return true;
    }

    struct Arrival {
        const Event* pending;
        ~Arrival() { pending->arrive(); }
    };

    [[nodiscard]] std::function<void()> counted(std::function<void()> body) const {
        pending_.expect_one_more();
        return [pending = pending_, body = std::move(body)] {
            const Arrival arrival{&pending};
            body();
        };
    }
    [[nodiscard]] std::function<void()> counted_end(std::function<void()> end) const {
        return end ? counted(std::move(end)) : std::function<void()>{};
    }

    [[nodiscard]] Task bare_look(const Event& all, std::string after) const {
        return make_task([notes = notes_, all, after = std::move(after),
                          driver = std::this_thread::get_id()] {
            all.arrive();
            if (!all.wait())
                notes.add("Fewer tasks run at once than the adapter's `threads` says.");
            // On the thread that waits the current context is its own.
            const bool is_ours = std::this_thread::get_id() == driver &&
                                 current().trace_id() == make_request(999).trace_id();
            if (is_ours) return;
            notes.expect_current(
                ContextView{}, "A task given to the pool itself, " + after,
                "The thread kept the context of a task that is over. Run tasks inside a "
                "ctx::Boundary: it puts back what the thread had, whatever the task left behind.");
        });
    }

    ExecutorHarness* executor_;
    Notes notes_;
    Event pending_{0};
};

}  // namespace ctx::testing::detail
