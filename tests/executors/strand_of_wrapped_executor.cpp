#include <ctx/executors/asio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

void post_to_a_strand(boost::asio::io_context& io) {
    boost::asio::post(ctx::asio::wrap(boost::asio::make_strand(io)), [] {});
#ifdef CTX_EXPECT_ERROR
    boost::asio::post(boost::asio::make_strand(ctx::asio::wrap(io)), [] {});
#endif
}
