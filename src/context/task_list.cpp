#include "context/task_list.hpp"

#include <ctx/context/detail/hex.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace ctx::detail {
namespace {

// "/proc/self/task/4711/status"
class TaskFile {
public:
    TaskFile(int thread, std::string_view name) noexcept {
        constexpr std::string_view folder = "/proc/self/task/";
        char* at = std::copy(folder.begin(), folder.end(), path_.data());
        at = std::to_chars(at, path_.end(), thread).ptr;
        *at++ = '/';
        *std::copy(name.begin(), name.end(), at) = '\0';
    }

    /// @return what the file holds, as far as `buffer` goes.
    template <std::size_t size>
    std::string_view read(std::array<char, size>& buffer) const noexcept {
        const int file = open(path_.data(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return {};
        const ssize_t count = ::read(file, buffer.data(), buffer.size());
        close(file);
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

private:
    std::array<char, 64> path_;
};

}  // namespace

TaskList::TaskList() noexcept
    : directory_(open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

TaskList::~TaskList() {
    if (directory_ >= 0) close(directory_);
}

int TaskList::next() noexcept {
    for (;;) {
        if (at_ == end_) {
            const long count =
                syscall(SYS_getdents64, directory_, entries_.data(), entries_.size());
            if (count <= 0) return 0;
            at_ = 0;
            end_ = static_cast<std::size_t>(count);
        }
        const auto* entry = reinterpret_cast<const dirent64*>(entries_.data() + at_);
        at_ += entry->d_reclen;
        int thread = 0;
        const std::string_view name = entry->d_name;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        if (thread != 0) return thread;  // neither "." nor ".."
    }
}

void read_thread_name(int thread, std::array<char, 16>& name) noexcept {
    std::array<char, 16> line;
    std::string_view text = TaskFile{thread, "comm"}.read(line);
    text = text.substr(0, std::min(text.find('\n'), name.size() - 1));
    name.fill('\0');
    std::copy(text.begin(), text.end(), name.begin());
}

bool blocks_signal(int thread, int signal) noexcept {
    constexpr std::string_view label = "\nSigBlk:\t";
    std::array<char, 4096> buffer;
    const std::string_view status = TaskFile{thread, "status"}.read(buffer);
    const std::size_t at = status.find(label);
    std::uint64_t mask = 0;
    if (at == std::string_view::npos || status.size() < at + label.size() + 16) return false;
    if (!read_hex_u64(status.data() + at + label.size(), mask)) return false;
    return (mask >> (signal - 1) & 1U) != 0;
}

}  // namespace ctx::detail
