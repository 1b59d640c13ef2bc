#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ctx {
namespace {

namespace net = asio::net;
using test::here;
using test::request;

class AsioExecutor : public test::ExecutorsTest {};

using Io = net::io_context::executor_type;
using Pool = net::thread_pool::executor_type;

// What Asio asks of an executor.
template <typename Inner>
constexpr bool is_complete_executor() {
    using E = asio::executor<Inner>;
    static_assert(net::execution::is_executor<E>::value);
    static_assert(std::is_nothrow_copy_constructible_v<E>);
    static_assert(std::is_nothrow_move_constructible_v<E>);
    static_assert(std::is_nothrow_destructible_v<E>);
    static_assert(std::is_copy_assignable_v<E>);
    static_assert(net::can_query<const E&, net::execution::context_t>::value);
    static_assert(net::can_require<const E&, net::execution::blocking_t::never_t>::value);
    static_assert(net::can_prefer<const E&, net::execution::outstanding_work_t::tracked_t>::value);
    static_assert(net::can_prefer<const E&, net::execution::relationship_t::fork_t>::value);
    static_assert(std::is_convertible_v<E, net::any_io_executor>);
    return true;
}
static_assert(is_complete_executor<Io>());
static_assert(is_complete_executor<Pool>());
static_assert(is_complete_executor<net::strand<Io>>());
static_assert(is_complete_executor<net::strand<Pool>>());
static_assert(is_complete_executor<net::any_io_executor>());
static_assert(std::is_convertible_v<asio::executor<Io>, asio::executor<net::any_io_executor>>);
static_assert(!std::is_convertible_v<asio::executor<Io>, asio::executor<Pool>>);
static_assert(sizeof(asio::executor<Io>) == sizeof(Io) + sizeof(Context));

// Each property can be asked for where Inner has it, and nowhere else.
template <typename Inner, typename P>
constexpr bool forwards_as_inner() {
    using E = asio::executor<Inner>;
    return net::can_query<const E&, P>::value == net::can_query<const Inner&, P>::value &&
           net::can_require<const E&, P>::value == net::can_require<const Inner&, P>::value &&
           net::can_prefer<const E&, P>::value == net::can_prefer<const Inner&, P>::value &&
           net::is_nothrow_query<const E&, P>::value ==
               net::is_nothrow_query<const Inner&, P>::value;
}
template <typename Inner, typename... P>
constexpr bool forwards_each_as_inner(std::tuple<P...>*) {
    return (forwards_as_inner<Inner, P>() && ...);
}
namespace execution = net::execution;
using Properties =
    std::tuple<execution::allocator_t<void>, execution::allocator_t<std::allocator<int>>,
               execution::blocking_t, execution::blocking_t::possibly_t,
               execution::blocking_t::always_t, execution::blocking_t::never_t,
               execution::blocking_adaptation_t, execution::blocking_adaptation_t::allowed_t,
               execution::blocking_adaptation_t::disallowed_t, execution::bulk_guarantee_t,
               execution::context_t, execution::context_as_t<net::execution_context&>,
               execution::mapping_t, execution::mapping_t::thread_t,
               execution::mapping_t::new_thread_t, execution::occupancy_t,
               execution::outstanding_work_t, execution::outstanding_work_t::tracked_t,
               execution::outstanding_work_t::untracked_t, execution::relationship_t,
               execution::relationship_t::fork_t, execution::relationship_t::continuation_t>;
template <typename Inner>
constexpr bool forwards_all_as_inner =
    forwards_each_as_inner<Inner>(static_cast<Properties*>(nullptr));
static_assert(forwards_all_as_inner<Io>);
static_assert(forwards_all_as_inner<Pool>);
static_assert(forwards_all_as_inner<net::strand<Io>>);
static_assert(forwards_all_as_inner<net::strand<Pool>>);
static_assert(forwards_all_as_inner<net::any_io_executor>);
static_assert(forwards_all_as_inner<net::system_executor>);

// Properties that Inner refuses are refused, those it knows statically are answered all the same.
struct UnknownProperty {};
static_assert(!net::can_query<const asio::executor<Io>&, UnknownProperty>::value);
static_assert(!net::can_require<const asio::executor<net::strand<Io>>&,
                                net::execution::blocking_t::always_t>::value);

std::uint64_t tasks_without_context() {
    for (const StatSample& stat : stats()) {
        if (stat.name == "ctx_asio_tasks_without_context_total") return stat.value;
    }
    ADD_FAILURE() << "the counter is not listed";
    return 0;
}

TEST_F(AsioExecutor, properties_are_those_of_the_inner_executor) {
    net::io_context io;
    const auto wrapped = asio::wrap(io, request(1));
    const Io inner = io.get_executor();
    namespace execution = net::execution;

    EXPECT_EQ(&net::query(wrapped, execution::context), &io);
    EXPECT_EQ(&wrapped.context(), &io);
    EXPECT_EQ(net::query(wrapped, execution::blocking), net::query(inner, execution::blocking));
    EXPECT_EQ(net::query(wrapped, execution::mapping), net::query(inner, execution::mapping));
    EXPECT_EQ(net::query(wrapped, execution::outstanding_work),
              execution::outstanding_work.untracked);

    const auto never = net::require(wrapped, execution::blocking.never);
    EXPECT_EQ(net::query(never, execution::blocking), execution::blocking.never);
    EXPECT_EQ(never.get_context(), wrapped.get_context());
    const auto tracked =
        net::prefer(asio::wrap(io, request(2)), execution::outstanding_work.tracked);
    EXPECT_EQ(net::query(tracked, execution::outstanding_work),
              execution::outstanding_work.tracked);
    EXPECT_TRUE(tracked.get_context());
}

TEST_F(AsioExecutor, is_equal_when_executor_and_context_are) {
    net::io_context io;
    net::io_context other;
    const Context one = request(1);
    const Context two = request(2);
    EXPECT_TRUE(asio::wrap(io, one) == asio::wrap(io, one));
    EXPECT_TRUE(asio::wrap(io, one) != asio::wrap(io, two));
    EXPECT_TRUE(asio::wrap(io, one) != asio::wrap(other, one));
    const net::any_io_executor erased = asio::wrap(io, one);
    EXPECT_TRUE(erased == net::any_io_executor{asio::wrap(io, one)});
    EXPECT_TRUE(erased != net::any_io_executor{asio::wrap(io, two)});
}

TEST_F(AsioExecutor, runs_posted_dispatched_and_deferred_functions_with_its_context) {
    net::io_context io;
    const Context one = request(1);
    const auto wrapped = asio::wrap(io, one);
    int right = 0;
    const auto look = [&] { right += here() == one.node() ? 1 : 0; };
    net::post(wrapped, look);
    net::dispatch(wrapped, look);
    net::defer(wrapped, look);
    wrapped.execute(look);
    asio::wrap(io, one).execute(look);
    net::post(net::bind_executor(wrapped, look));
    net::post(net::any_io_executor{wrapped}, [own = std::make_unique<int>(1), look] { look(); });
    EXPECT_EQ(io.run(), 7u);
    EXPECT_EQ(right, 7);
    EXPECT_EQ(here(), nullptr);
}

TEST_F(AsioExecutor, a_function_dispatched_inside_another_context_puts_it_back) {
    net::io_context io;
    const Context one = request(1);
    const Context two = request(2);
    bool inner_ran = false;
    net::post(asio::wrap(io, one), [&] {
        net::dispatch(asio::wrap(io, two), [&] { inner_ran = here() == two.node(); });
        EXPECT_TRUE(inner_ran);  // dispatch ran it right here
        EXPECT_EQ(here(), one.node());
    });
    io.run();
    EXPECT_TRUE(inner_ran);
}

TEST_F(AsioExecutor, captures_the_current_context_by_default) {
    net::io_context io;
    const Context one = request(1);
    const detail::Node* seen = nullptr;
    {
        const Scope scope{one};
        net::post(asio::wrap(io), [&] { seen = here(); });
        EXPECT_EQ(asio::wrap(io.get_executor()).get_context(), one);
    }
    io.run();
    EXPECT_EQ(seen, one.node());
}

TEST_F(AsioExecutor, wrapping_again_replaces_the_context) {
    net::io_context io;
    const Context two = request(2);
    const auto wrapped = asio::wrap(asio::wrap(io, request(1)), two);
    static_assert(std::is_same_v<std::remove_const_t<decltype(wrapped)>, asio::executor<Io>>);
    EXPECT_EQ(wrapped.get_context(), two);
}

TEST_F(AsioExecutor, the_thread_is_clean_after_each_handler_even_one_that_throws) {
    net::io_context io;
    net::post(asio::wrap(io, request(1)), [] { throw std::runtime_error{"from inside"}; });
    EXPECT_THROW(io.run(), std::runtime_error);
    EXPECT_EQ(here(), nullptr);
    const detail::Node* seen = here();
    net::post(io, [&] { seen = here(); });
    io.run();
    EXPECT_EQ(seen, nullptr);  // unwrapped work is empty, never a stranger's
}

TEST_F(AsioExecutor, destroys_the_handler_in_its_context) {
    struct Witness {
        const detail::Node** place;
        void operator()(int*) const { *place = here(); }
    };
    net::io_context io;
    const Context one = request(1);
    const detail::Node* died_in = nullptr;
    int anything = 0;
    std::unique_ptr<int, Witness> owner{&anything, Witness{&died_in}};
    net::post(asio::wrap(io, one), [owner = std::move(owner)] {});
    io.run();
    EXPECT_EQ(died_in, one.node());
}

TEST_F(AsioExecutor, keeps_the_requests_of_a_shared_strand_apart) {
    net::thread_pool pool{3};
    const auto strand = net::make_strand(pool);
    int wrong = 0;  // guarded by the strand
    int ran = 0;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const Context mine = request(i);
        net::post(asio::wrap(strand, mine), [&, mine] {
            ++ran;
            wrong += here() == mine.node() ? 0 : 1;
        });
    }
    pool.join();
    EXPECT_EQ(ran, 100);
    EXPECT_EQ(wrong, 0);
}

TEST_F(AsioExecutor, callbacks_of_timers_made_on_it_have_its_context) {
    net::io_context io;
    const Context one = request(1);
    net::steady_timer erased{asio::wrap(io, one), std::chrono::nanoseconds{1}};
    using Typed =
        net::basic_waitable_timer<std::chrono::steady_clock,
                                  net::wait_traits<std::chrono::steady_clock>, asio::executor<Io>>;
    Typed typed{asio::wrap(io, one), std::chrono::nanoseconds{1}};
    int right = 0;
    erased.async_wait([&](error_code) { right += here() == one.node() ? 1 : 0; });
    typed.async_wait([&](error_code) { right += here() == one.node() ? 1 : 0; });
    io.run();
    EXPECT_EQ(right, 2);
}

TEST_F(AsioExecutor, work_guards_keep_the_inner_context_running) {
    net::io_context io;
    auto guard = net::make_work_guard(asio::wrap(io, request(1)));
    EXPECT_EQ(io.poll(), 0u);
    EXPECT_FALSE(io.stopped());
    guard.reset();
    EXPECT_EQ(io.poll(), 0u);
    EXPECT_TRUE(io.stopped());
}

TEST_F(AsioExecutor, functions_without_a_context_are_counted) {
    net::io_context io;
    const std::uint64_t before = tasks_without_context();
    net::post(asio::wrap(io), [] {});
    EXPECT_EQ(tasks_without_context(), before + 1);
    net::post(asio::wrap(io, request(1)), [] {});
    EXPECT_EQ(tasks_without_context(), before + 1);
    EXPECT_EQ(io.run(), 2u);
}

TEST_F(AsioExecutor, the_line_that_wraps_without_a_context_is_known) {
    set_lost_context_detection(LostContextDetection::places);
    const std::uint64_t before = test::stat("ctx_asio_wraps_without_context_total");
    net::io_context io;
    static_cast<void>(asio::wrap(io));
    const int line = __LINE__ - 1;
    static_cast<void>(asio::wrap(io, Context{}));  // on purpose
    const Scope scope{request(1)};
    static_cast<void>(asio::wrap(io.get_executor()));
    set_lost_context_detection(LostContextDetection::count);
    EXPECT_EQ(test::stat("ctx_asio_wraps_without_context_total"), before + 1);
    bool found = false;
    for (const LostPlace& place : lost_places())
        found =
            found || (place.place.line == line && std::string_view{place.place.file} == __FILE__);
    EXPECT_TRUE(found);
}

TEST_F(AsioExecutor, dropped_work_lets_go_of_its_context) {
    const std::int64_t live = live_contexts();
    {
        net::io_context io;
        net::post(asio::wrap(io, request(1)), [] {});
        EXPECT_EQ(live_contexts(), live + 1);
    }
    EXPECT_EQ(live_contexts(), live);
}

}  // namespace
}  // namespace ctx
