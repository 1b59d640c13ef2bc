#include "executors/asio_support.hpp"
#include "executors/support.hpp"
#include <ctx/executors/asio/propagate.hpp>
#include <ctx/executors/asio/wrap.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>

namespace ctx {
namespace {

namespace net = asio::net;
using test::here;
using test::request;

class AsioPropagate : public test::ExecutorsTest {
protected:
    net::io_context io_;
    net::steady_timer timer_{io_, std::chrono::nanoseconds{1}};
};

TEST_F(AsioPropagate, a_plain_callback_runs_with_the_context_of_the_initiator) {
    const Context one = request(1);
    const detail::Node* seen = nullptr;
    error_code result = net::error::fault;
    {
        const Scope scope{one};
        timer_.async_wait(asio::propagate([&, own = std::make_unique<int>(1)](error_code error) {
            result = error;
            seen = here();
        }));
    }
    io_.run();
    EXPECT_EQ(seen, one.node());
    EXPECT_FALSE(result);
    EXPECT_EQ(here(), nullptr);
}

TEST_F(AsioPropagate, without_it_a_plain_callback_has_none) {
    const Scope scope{request(1)};
    const detail::Node* seen = here();
    timer_.async_wait([&](error_code) { seen = here(); });
    std::thread{[this] { io_.run(); }}.join();
    EXPECT_EQ(seen, nullptr);
}

TEST_F(AsioPropagate, the_context_is_captured_when_the_operation_starts) {
    const Context one = request(1);
    const Context two = request(2);
    const detail::Node* seen = nullptr;
    auto token = [&] {
        const Scope scope{one};
        return asio::propagate([&seen](error_code) { seen = here(); });
    }();
    const Scope scope{two};
    timer_.async_wait(std::move(token));
    io_.run();
    EXPECT_EQ(seen, two.node());
}

TEST_F(AsioPropagate, restores_the_thread_after_an_exception) {
    {
        const Scope scope{request(1)};
        timer_.async_wait(asio::propagate([](error_code) { throw std::runtime_error{"inside"}; }));
    }
    EXPECT_THROW(io_.run(), std::runtime_error);
    EXPECT_EQ(here(), nullptr);
}

TEST_F(AsioPropagate, works_with_other_completion_tokens) {
    const Scope scope{request(1)};
    std::future<void> done = timer_.async_wait(asio::propagate(net::use_future));
    io_.run();
    EXPECT_EQ(done.wait_for(std::chrono::seconds{0}), std::future_status::ready);
    done.get();
}

#if CTX_ASIO_HAS_CANCELLATION  // deferred
TEST_F(AsioPropagate, a_deferred_operation_has_the_context_of_whoever_starts_it) {
    const Context two = request(2);
    const detail::Node* seen = nullptr;
    auto later = timer_.async_wait(asio::propagate(test::deferred));
    const Scope inner{two};
    std::move(later)([&seen](error_code) { seen = here(); });
    io_.run();
    EXPECT_EQ(seen, two.node());
}
#endif

TEST_F(AsioPropagate, the_handler_keeps_its_executor) {
    net::thread_pool pool{1};
    const Context one = request(1);
    std::promise<std::pair<const detail::Node*, bool>> seen;
    {
        const Scope scope{one};
        timer_.async_wait(asio::propagate(net::bind_executor(pool, [&](error_code) {
            const bool on_pool = pool.get_executor().running_in_this_thread();
            seen.set_value({here(), on_pool});
        })));
    }
    io_.run();
    const auto [node, on_pool] = seen.get_future().get();
    EXPECT_EQ(node, one.node());
    EXPECT_TRUE(on_pool);
    pool.join();
}

#if CTX_ASIO_HAS_CANCELLATION  // bind_cancellation_slot, bind_allocator
TEST_F(AsioPropagate, the_handler_keeps_its_cancellation_slot) {
    net::cancellation_signal signal;
    error_code result;
    timer_.expires_at(net::steady_timer::time_point::max());
    {
        const Scope scope{request(1)};
        timer_.async_wait(asio::propagate(
            net::bind_cancellation_slot(signal.slot(), [&](error_code error) { result = error; })));
    }
    signal.emit(net::cancellation_type::all);
    io_.run();
    EXPECT_EQ(result, net::error::operation_aborted);
}

// Counts what it hands out.
template <typename T>
struct CountingAllocator {
    using value_type = T;
    int* count;
    explicit CountingAllocator(int* c) : count(c) {}
    template <typename U>
    CountingAllocator(const CountingAllocator<U>& other) : count(other.count) {}  // NOLINT
    T* allocate(std::size_t n) {
        ++*count;
        return std::allocator<T>{}.allocate(n);
    }
    void deallocate(T* p, std::size_t n) { std::allocator<T>{}.deallocate(p, n); }
    friend bool operator==(const CountingAllocator&, const CountingAllocator&) = default;
};

TEST_F(AsioPropagate, the_handler_keeps_its_allocator) {
    int count = 0;
    timer_.async_wait(
        asio::propagate(net::bind_allocator(CountingAllocator<void*>{&count}, [](error_code) {})));
    EXPECT_GT(count, 0);
    io_.run();
}
#endif

TEST_F(AsioPropagate, a_token_that_is_kept_serves_several_operations) {
    const Context one = request(1);
    int right = 0;
    const std::function<void(error_code)> callback = [&](error_code) {
        right += here() == one.node() ? 1 : 0;
    };
    auto token = asio::propagate(callback);
    const auto constant = asio::propagate(callback);
    {
        const Scope scope{one};
        timer_.async_wait(token);
        timer_.async_wait(token);
        timer_.async_wait(constant);
        timer_.async_wait(asio::propagate(callback));
    }
    io_.run();
    EXPECT_EQ(right, 4);
}

TEST_F(AsioPropagate, composed_operations_call_the_handler_with_the_context) {
    net::ip::tcp::acceptor acceptor{io_, {net::ip::address_v4::loopback(), 0}};
    net::ip::tcp::socket client{io_};
    net::ip::tcp::socket server{io_};
    client.connect(acceptor.local_endpoint());
    acceptor.accept(server);

    const Context one = request(1);
    const detail::Node* wrote = nullptr;
    const detail::Node* read = nullptr;
    std::string text(100'000, 'x');
    std::string got(text.size(), ' ');
    {
        const Scope scope{one};
        net::async_write(client, net::buffer(text),
                         asio::propagate([&](error_code, std::size_t) { wrote = here(); }));
        net::async_read(server, net::buffer(got),
                        asio::propagate([&](error_code, std::size_t) { read = here(); }));
    }
    io_.run();
    EXPECT_EQ(wrote, one.node());
    EXPECT_EQ(read, one.node());
    EXPECT_EQ(got, text);
}

}  // namespace
}  // namespace ctx
