// C callbacks with libevent: a timer that may be cancelled, one that nobody can cancel, and a
// socket that is read many times.

#include "executors/event_loop.hpp"
#include "executors/support.hpp"
#include <ctx/executors/callback.hpp>

#include <event2/event.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

using OnTimeout = OneShotCallback<void(evutil_socket_t, short)>;
using OnReadable = RepeatingCallback<void(evutil_socket_t, short)>;

class Libevent : public test::ExecutorsTest {};

TEST_F(Libevent, timers_run_with_the_context_of_whoever_set_them) {
    test::EventLoop loop;
    const timeval at_once{0, 0};
    std::vector<const detail::Node*> wanted;
    std::vector<const detail::Node*> seen;
    for (std::uint64_t i = 0; i < 3; ++i) {
        const Scope scope{request(i)};
        wanted.push_back(here());
        OnTimeout callback{[&seen](evutil_socket_t, short) { seen.push_back(here()); }};
        ASSERT_EQ(event_base_once(loop.base(), -1, EV_TIMEOUT, OnTimeout::last, callback.user(),
                                  &at_once),
                  0);
        callback.release();
    }
    const Context loops_own = request(9);
    const Scope scope{loops_own};
    loop.run();
    EXPECT_EQ(seen, wanted);
    EXPECT_EQ(here(), loops_own.node());
}

TEST_F(Libevent, a_cancelled_timer_lets_go_of_its_context_at_once) {
    test::EventLoop loop;
    const std::int64_t live = live_contexts();
    OnTimeout callback{request(1), [](evutil_socket_t, short) { ADD_FAILURE(); }};
    const test::Event timer{evtimer_new(loop.base(), OnTimeout::last, callback.user())};
    const timeval hour{3600, 0};
    evtimer_add(timer.get(), &hour);
    EXPECT_EQ(live_contexts(), live + 1);

    evtimer_del(timer.get());
    EXPECT_TRUE(callback.cancel());
    EXPECT_EQ(live_contexts(), live);  // now, not in an hour
    loop.run();
}

TEST_F(Libevent, a_refused_registration_leaves_the_callback_with_its_handle) {
    test::EventLoop loop;
    const std::int64_t live = live_contexts();
    {
        const OnTimeout callback{request(1), [](evutil_socket_t, short) { ADD_FAILURE(); }};
        ASSERT_NE(event_base_once(loop.base(), -1, EV_TIMEOUT | EV_PERSIST, OnTimeout::last,
                                  callback.user(), nullptr),
                  0);
    }
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Libevent, a_socket_is_read_with_one_context_many_times) {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const Context one = request(1);
    test::EventLoop loop;
    std::string text;
    int strangers = 0;
    const OnReadable callback{one, [&](evutil_socket_t socket, short) {
                                  strangers += here() == one.node() ? 0 : 1;
                                  char byte = 0;
                                  ASSERT_EQ(read(socket, &byte, 1), 1);
                                  text += byte;
                                  if (text.size() == 12) loop.end();
                              }};
    const test::Event readable{
        event_new(loop.base(), ends[0], EV_READ | EV_PERSIST, OnReadable::last, callback.user())};
    event_add(readable.get(), nullptr);
    ASSERT_EQ(write(ends[1], "twelve calls", 12), 12);
    loop.run();
    EXPECT_EQ(text, "twelve calls");
    EXPECT_EQ(strangers, 0);
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace ctx
