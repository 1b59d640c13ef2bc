#include "executors/support.hpp"
#include <ctx/executors/channel.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using test::here;
using test::request;

class Channels : public test::ExecutorsTest {};

/// A thread that is asleep in `wait`, as far as the kernel can tell, when the constructor returns.
class Waiter {
public:
    explicit Waiter(std::function<void()> wait) {
        std::promise<int> id;
        std::future<int> started = id.get_future();
        thread_ = std::jthread{[&id, wait = std::move(wait)] {
            id.set_value(static_cast<int>(syscall(SYS_gettid)));
            wait();
        }};
        const std::string path = "/proc/self/task/" + std::to_string(started.get()) + "/stat";
        for (std::string stat = "R"; stat.find(") S") == std::string::npos;) {
            std::ifstream file{path};
            if (!std::getline(file, stat)) break;  // it did not wait
        }
    }

private:
    std::jthread thread_;
};

TEST_F(Channels, carry_the_context_of_each_sender) {
    Channel<std::string> channel{4};
    const std::array<Context, 2> requests{request(1), request(2)};
    for (const Context& context : requests) {
        const Scope scope{context};
        EXPECT_TRUE(channel.send("order"));
    }
    EXPECT_TRUE(channel.send("nobody's"));
    for (const Context& context : requests) {
        const std::optional<Received<std::string>> received = channel.receive();
        ASSERT_TRUE(received);
        EXPECT_EQ(**received, "order");
        const Scope scope = received->scope();
        EXPECT_EQ(here(), context.node());
    }
    EXPECT_EQ(here(), nullptr);
    EXPECT_FALSE(channel.receive()->context());
}

TEST_F(Channels, pass_on_an_item_with_the_context_it_has) {
    const Context one = request(1);
    Channel<std::string> first{1};
    Channel<std::string> second{1};
    first.send(Carried<std::string>{one, "order"});
    const Scope worker{request(2)};
    second.send(*first.receive());
    EXPECT_EQ(second.receive()->context(), one);
}

TEST_F(Channels, do_not_touch_what_they_refuse) {
    Channel<std::unique_ptr<int>> channel{1};
    auto item = std::make_unique<int>(1);
    EXPECT_TRUE(channel.try_send(std::make_unique<int>(0)));
    EXPECT_FALSE(channel.try_send(std::move(item)));  // full
    ASSERT_NE(item, nullptr);
    channel.close();
    EXPECT_FALSE(channel.send(std::move(item)));
    EXPECT_NE(item, nullptr);
}

TEST_F(Channels, give_what_is_inside_after_they_were_closed) {
    Channel<int> channel{2};
    EXPECT_FALSE(channel.closed());
    EXPECT_FALSE(channel.try_receive());
    channel.send(1);
    channel.close();
    EXPECT_TRUE(channel.closed());
    EXPECT_FALSE(channel.send(2));
    EXPECT_EQ(**channel.receive(), 1);
    EXPECT_FALSE(channel.receive());
    EXPECT_TRUE(channel.receive_batch(3).empty());
}

TEST_F(Channels, hold_at_least_one_item) {
    Channel<int> channel{0};
    EXPECT_EQ(channel.capacity(), 1U);
    EXPECT_TRUE(channel.try_send(1));
    EXPECT_FALSE(channel.try_send(2));
}

TEST_F(Channels, let_go_of_the_contexts_of_items_nobody_received) {
    const std::int64_t live = live_contexts();
    {
        Channel<int> channel{2};
        channel.send(Carried{request(1), 1});
        channel.send(Carried{request(2), 2});
        EXPECT_EQ(live_contexts(), live + 2);
        channel.receive();
        EXPECT_EQ(live_contexts(), live + 1);
    }
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Channels, wake_who_waits_when_they_are_closed) {
    Channel<int> empty{1};
    Channel<int> full{1};
    full.send(1);
    const Waiter receiver{[&] { EXPECT_FALSE(empty.receive()); }};
    const Waiter of_batches{[&] { EXPECT_TRUE(empty.receive_batch(9).empty()); }};
    const Waiter sender{[&] { EXPECT_FALSE(full.send(2)); }};
    empty.close();
    full.close();
}

TEST_F(Channels, stop_waiting_when_asked_to) {
    Channel<int> empty{1};
    Channel<int> full{1};
    full.send(1);
    std::stop_source stop;
    {
        const Waiter receiver{[&] { EXPECT_FALSE(empty.receive(stop.get_token())); }};
        const Waiter batches{
            [&] { EXPECT_TRUE(empty.receive_batch(9, stop.get_token()).empty()); }};
        const Waiter sender{[&] { EXPECT_FALSE(full.send(2, stop.get_token())); }};
        stop.request_stop();
    }
    EXPECT_EQ(**full.receive(stop.get_token()), 1);  // what is there, even so
    EXPECT_TRUE(full.send(3, stop.get_token()));
    EXPECT_FALSE(full.closed());
}

TEST_F(Channels, are_as_before_when_an_item_cannot_be_copied) {
    struct Throws {
        Throws() = default;
        Throws(const Throws&) { throw std::runtime_error{"no copy"}; }
        Throws(Throws&&) = default;
    };
    const Scope scope{request(1)};
    Channel<Throws> channel{1};
    const Throws item;
    EXPECT_THROW(channel.send(item), std::runtime_error);
    EXPECT_TRUE(channel.try_send(Throws{}));
    EXPECT_TRUE(channel.try_receive());
    EXPECT_FALSE(channel.try_receive());
}

// An item whose move throws when `moves_left` of this thread's have happened.
struct Fragile {
    static inline thread_local int moves_left = -1;

    explicit Fragile(int n) : number(n) {}
    Fragile(Fragile&& other) : number(other.number) {
        if (moves_left >= 0 && moves_left-- == 0) throw std::runtime_error{"no move"};
    }
    int number;
};

TEST_F(Channels, lose_the_item_whose_move_fails_and_no_other) {
    Channel<Fragile> channel{8};
    for (const int number : {0, 1, 2}) {
        const Scope scope{request(static_cast<std::uint64_t>(number))};
        channel.send(Fragile{number});
    }
    Fragile::moves_left = 0;
    EXPECT_THROW(channel.receive(), std::runtime_error);
    Fragile::moves_left = 0;
    EXPECT_THROW(channel.receive_batch(2), std::runtime_error);
    const auto last = channel.try_receive();
    ASSERT_TRUE(last);
    EXPECT_EQ((*last)->number, 2);
    EXPECT_EQ(last->context().baggage().find("request"), "2");
    EXPECT_FALSE(channel.try_receive());
}

TEST_F(Channels, end_a_batch_before_the_item_whose_move_fails) {
    Channel<Fragile> channel{8};
    for (int number = 0; number < 5; ++number) {
        const Scope scope{request(static_cast<std::uint64_t>(number))};
        channel.send(Fragile{number});
    }
    int expected = 0;
    for (const std::size_t size : {2U, 3U}) {
        Fragile::moves_left = 2;
        const Batch<Fragile> batch = channel.receive_batch(size);
        Fragile::moves_left = -1;
        ASSERT_EQ(batch.size(), 2U);
        for (const Received<Fragile>& item : batch.items()) {
            EXPECT_EQ(item->number, expected);
            EXPECT_EQ(item.context().baggage().find("request"), std::to_string(expected));
            ++expected;
        }
    }
    const auto last = channel.try_receive();
    ASSERT_TRUE(last);
    EXPECT_EQ((*last)->number, 4);
    EXPECT_EQ(last->context().baggage().find("request"), "4");
}

TEST_F(Channels, wake_a_sender_when_the_move_of_the_only_item_fails) {
    for (const bool batches : {false, true}) {
        Channel<Fragile> channel{1};
        channel.send(Fragile{1});
        std::promise<bool> sent;
        const Waiter sender{[&] { sent.set_value(channel.send(Fragile{2})); }};
        Fragile::moves_left = 0;
        if (batches) {
            EXPECT_THROW(channel.receive_batch(1), std::runtime_error);
        } else {
            EXPECT_THROW(channel.receive(), std::runtime_error);
        }
        std::future<bool> was_sent = sent.get_future();
        EXPECT_EQ(was_sent.wait_for(std::chrono::seconds{20}), std::future_status::ready);
        channel.close();  // whoever still waits
        EXPECT_TRUE(was_sent.get());
    }
}

// The spans of three requests, one of which sent twice.
class Batches : public test::ExecutorsTest {
protected:
    const Context one_ = request(1);
    const Context two_ = request(2);
    const Context three_ = request(3);

    static Link link_to(const Context& context) { return {context.trace_id(), context.span_id()}; }

    Batch<int> received() {
        Channel<int> channel{8};
        int number = 0;
        for (const Context& context : {one_, two_, one_, three_, Context{}})
            channel.send(Carried{context, ++number});
        return channel.receive_batch(8);
    }
};

TEST_F(Batches, take_what_is_there_up_to_a_limit) {
    Channel<int> channel{8};
    for (int i = 0; i < 5; ++i)
        channel.send(i);
    const Batch<int> first = channel.receive_batch(3);
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(*first.items()[2], 2);
    EXPECT_EQ(channel.receive_batch(3).size(), 2U);
}

TEST_F(Batches, link_to_every_request_once) {
    const Batch<int> batch = received();
    ASSERT_EQ(batch.size(), 5U);
    EXPECT_THAT(batch.links(), testing::ElementsAre(link_to(one_), link_to(two_), link_to(three_)));
}

TEST_F(Batches, link_to_the_other_requests_in_the_context_of_one) {
    const Batch<int> batch = received();
    const Scope scope = batch.items()[1].scope();
    EXPECT_THAT(batch.links(), testing::ElementsAre(link_to(one_), link_to(three_)));
    const Context context = batch.context();
    EXPECT_EQ(context.span_id(), two_.span_id());
    EXPECT_EQ(context.links().size(), 2U);
}

TEST_F(Batches, as_a_whole_belong_to_nobody) {
    const Context context = received().context();
    EXPECT_FALSE(context.trace_id().is_valid());
    EXPECT_EQ(context.baggage().find("request"), std::nullopt);
    const auto links = context.links();
    ASSERT_EQ(links.size(), 3U);
    EXPECT_EQ(links[0], link_to(one_));
    EXPECT_FALSE(Batch<int>{}.context());
}

// Every item arrives once, with its sender's context, whoever sends and receives.
TEST_F(Channels, lose_and_mix_up_nothing_between_many_threads) {
    constexpr int threads = 3;
    constexpr int items = 3000;
    Channel<std::uint64_t> channel{7};
    std::atomic<int> strangers{0};
    std::atomic<int> received{0};
    const auto look = [&](const Received<std::uint64_t>& item) {
        const Scope scope = item.scope();
        ++received;
        if (current().baggage().find("request") != std::to_string(*item)) ++strangers;
    };
    std::vector<std::thread> receivers;
    for (int i = 0; i < threads; ++i) {
        receivers.emplace_back([&, batches = i == 0] {
            if (batches) {
                for (auto batch = channel.receive_batch(5); !batch.empty();
                     batch = channel.receive_batch(5)) {
                    for (const auto& item : batch.items())
                        look(item);
                }
            }
            while (const auto item = channel.receive())
                look(*item);
            EXPECT_EQ(here(), nullptr);
        });
    }
    std::vector<std::thread> senders;
    for (int i = 0; i < threads; ++i) {
        senders.emplace_back([&channel, i] {
            for (int n = 0; n < items; ++n) {
                const auto number = static_cast<std::uint64_t>(i * items + n);
                const Scope scope{request(number)};
                channel.send(number);
            }
        });
    }
    for (std::thread& sender : senders)
        sender.join();
    channel.close();
    for (std::thread& receiver : receivers)
        receiver.join();
    EXPECT_EQ(received, threads * items);
    EXPECT_EQ(strangers, 0);
}

}  // namespace
}  // namespace ctx
