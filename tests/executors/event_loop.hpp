// libevent's loop for the tests of C callbacks.

#pragma once

#include <event2/event.h>
#include <gtest/gtest.h>

#include <memory>

namespace ctx::test {

struct FreeEvent {
    void operator()(event* it) const { event_free(it); }
};
using Event = std::unique_ptr<event, FreeEvent>;

class EventLoop {
public:
    EventLoop() : base_(event_base_new()) { EXPECT_NE(base_, nullptr); }
    ~EventLoop() { event_base_free(base_); }
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    [[nodiscard]] event_base* base() const { return base_; }

    /// Until no event is pending, or somebody ends it.
    void run() { EXPECT_GE(event_base_dispatch(base_), 0); }
    void end() { event_base_loopbreak(base_); }

private:
    event_base* base_;
};

}  // namespace ctx::test
