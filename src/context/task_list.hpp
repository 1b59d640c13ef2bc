// The threads of this process, as /proc lists them. Async-signal-safe: system calls and the stack.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ctx::detail {

/// Reads the numbers of the process's threads, one after the other.
class TaskList {
public:
    TaskList() noexcept;
    ~TaskList();
    TaskList(const TaskList&) = delete;
    TaskList& operator=(const TaskList&) = delete;

    /// @return the next thread's number; 0 when there are no more.
    int next() noexcept;

private:
    int directory_;
    alignas(8) std::array<char, 2048> entries_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

/// Copies the name of a thread; an empty one when it has ended.
void read_thread_name(int thread, std::array<char, 16>& name) noexcept;

/// Whether a thread blocks `signal`; false when it has ended.
bool blocks_signal(int thread, int signal) noexcept;

}  // namespace ctx::detail
