// What the contracts hand to adapters: tasks that tell who is current, and the list of what was
// wrong.

#pragma once

#include <ctx/testing/context_checks.hpp>
#include <ctx/testing/event.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::testing::detail {

/// What an adapter does that gives `actual` in place of `wanted`, and what to do instead.
inline std::string_view advice(ContextView wanted, ContextView actual) {
    if (!wanted) {
        return "A task that was submitted without a context must run without one: install what was "
               "captured even when it is empty, or whatever the thread has shows through.";
    }
    if (!actual) {
        return "The context was not carried: capture ctx::current() when the task is submitted and "
               "install it around the call with a ctx::Boundary. ctx::bind(task) does both.";
    }
    if (wanted.trace_id() == actual.trace_id()) {
        return "Only a part was carried: keep the ctx::Context itself, which is one pointer, and "
               "not ids taken out of it.";
    }
    return "This is somebody else's: capture when the task is submitted, neither when the executor "
           "is made nor when the task runs, and keep each context with its own task.";
}

/// What was wrong, told by tasks on any thread. Copies share one list.
class Notes {
public:
    void add(std::string note) const {
        const std::lock_guard lock{list_->mutex};
        list_->notes.push_back(std::move(note));
    }

    /// @param who  begins the sentence. @param hint  in place of the usual advice.
    void expect_current(ContextView wanted, std::string_view who,
                        std::string_view hint = {}) const {
        if (const auto same = context_is(wanted); !same) {
            add(std::string{who} + ": " + same.message() + ".\n" +
                std::string{hint.empty() ? advice(wanted, current()) : hint});
        }
    }

    /// Makes failures of the first few.
    void report(std::string_view what) const {
        constexpr std::size_t shown = 3;
        const std::lock_guard lock{list_->mutex};
        for (std::size_t i = 0; i < list_->notes.size() && i < shown; ++i)
            ADD_FAILURE() << what << list_->notes[i];
        if (list_->notes.size() > shown)
            ADD_FAILURE() << what << list_->notes.size() - shown << " more of the kind";
        list_->notes.clear();
    }

private:
    struct List {
        std::mutex mutex;
        std::vector<std::string> notes;
    };
    std::shared_ptr<List> list_ = std::make_shared<List>();
};

/// What a task does, and what it does when it is destroyed.
class Work {
public:
    Work(std::function<void()> body, std::function<void()> end)
        : body_(std::move(body)), end_(std::move(end)) {}
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work() {
        if (end_) end_();
    }
    void run() const { body_(); }

private:
    std::function<void()> body_;
    std::function<void()> end_;
};

/// The usual task: copyable, as pools of std::function want it.
class Task {
public:
    explicit Task(std::shared_ptr<const Work> work) noexcept : work_(std::move(work)) {}
    void operator()() const { work_->run(); }

private:
    std::shared_ptr<const Work> work_;
};

class MoveOnlyTask {
public:
    explicit MoveOnlyTask(std::unique_ptr<const Work> work) noexcept : work_(std::move(work)) {}
    void operator()() const { work_->run(); }

private:
    std::unique_ptr<const Work> work_;
};

/// Thrown by tasks to see what happens.
struct OnPurpose {};

}  // namespace ctx::testing::detail
