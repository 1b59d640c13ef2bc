// The contract of coroutines that keep their context, for those of Boost.Asio.

#include "executors/asio_support.hpp"
#include <ctx/executors/asio.hpp>
#include <ctx/testing/coroutine_contract.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace {

namespace net = ctx::asio::net;
using namespace ctx::testing;  // NOLINT: as users do

struct Awaitables {
    static constexpr const char* no_scope_over_await = "Asio does not tell when it suspends";
    using task = net::awaitable<void>;

    auto hop() { return net::post(net::use_awaitable); }
    void run(task coroutine) {
        net::co_spawn(ctx::asio::wrap(pool), std::move(coroutine), net::use_future).get();
    }
    void submit_bare(auto function) { net::post(pool, std::move(function)); }

    net::thread_pool pool{2};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Awaitables, CoroutineContract, Awaitables);

}  // namespace
