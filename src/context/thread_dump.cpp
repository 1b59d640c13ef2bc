#include "context/task_list.hpp"
#include "context/thread_query.hpp"
#include <ctx/context/thread_dump.hpp>

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace ctx {
namespace {

using detail::WaitLimit;

/// Text in a place of fixed size, cut where it ends.
class Line {
public:
    Line& add(std::string_view text) noexcept {
        const std::size_t count = std::min(text.size(), text_.size() - size_);
        std::copy_n(text.data(), count, text_.data() + size_);
        size_ += count;
        return *this;
    }
    Line& add(int number) noexcept {
        std::array<char, 12> digits;
        const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
        return add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    template <typename Id>
    Line& add_id(const Id& id) noexcept {
        std::array<char, Id::hex_digits> digits;
        id.write_hex(digits.data());
        return add({digits.data(), digits.size()});
    }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

private:
    std::array<char, 128> text_;
    std::size_t size_ = 0;
};

void append(Line& line, const ThreadContext& thread) noexcept {
    line.add(thread.id).add(" ").add(thread.name.data()).add(": ");
    switch (thread.state) {
        case ThreadContext::State::has_context:
            line.add_id(thread.trace_id).add("-").add_id(thread.span_id);
            return;
        case ThreadContext::State::no_context:
            line.add("no context");
            return;
        case ThreadContext::State::blocks_the_signal:
            line.add("blocks the signal");
            return;
        case ThreadContext::State::did_not_answer:
            line.add("did not answer");
            return;
    }
}

void write_all(int file, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Calls `seen` with each thread. @return false while another dump is running.
template <typename Seen>
bool ask_all(const ThreadDumpOptions& options, const Seen& seen) {
    detail::ThreadQuery query{options.signal};
    if (!query.is_ready()) return false;
    const WaitLimit end = WaitLimit::after(options.all);
    const auto ask = [&](int thread) {
        ThreadContext answer;
        const WaitLimit limit = WaitLimit::after(options.each).or_earlier(end);
        if (query.ask(thread, limit, answer)) seen(answer);
    };
    detail::TaskList threads;
    int thread = threads.next();
    if (thread == 0) ask(static_cast<int>(syscall(SYS_gettid)));
    for (; thread != 0; thread = threads.next())
        ask(thread);
    return true;
}

}  // namespace

std::string ThreadContext::to_string() const {
    Line line;
    append(line, *this);
    return std::string{line.text()};
}

std::vector<ThreadContext> thread_contexts(const ThreadDumpOptions& options) {
    std::vector<ThreadContext> all;
    ask_all(options, [&all](const ThreadContext& thread) { all.push_back(thread); });
    return all;
}

bool dump_threads(int file_descriptor, const ThreadDumpOptions& options) noexcept {
    const int saved_errno = errno;
    const bool done = ask_all(options, [file_descriptor](const ThreadContext& thread) {
        Line line;
        append(line, thread);
        write_all(file_descriptor, line.add("\n").text());
    });
    errno = saved_errno;
    return done;
}

}  // namespace ctx

void ctx_dump_threads() noexcept {
    ctx::dump_threads(STDERR_FILENO);
}
