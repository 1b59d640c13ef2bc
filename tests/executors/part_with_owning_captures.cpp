#include <ctx/executors/asio.hpp>

#include <functional>
#include <memory>

boost::asio::awaitable<int> with_owning_captures(ctx::Context context) {
    auto part = [own = std::make_unique<int>(1)]() -> boost::asio::awaitable<int> {
        co_return *own;
    };
    int sum = co_await ctx::asio::with_context(context, std::ref(part));
#ifdef CTX_EXPECT_ERROR
    sum += co_await ctx::asio::with_context(
        context,
        [own = std::make_unique<int>(1)]() -> boost::asio::awaitable<int> { co_return *own; });
#endif
    co_return sum;
}
