#include "integrations/grpc/call_table.hpp"
#include <ctx/context/child_span.hpp>

#include <grpcpp/server_context.h>
#include <gtest/gtest.h>

namespace {

using ctx::detail::CallTable;

ctx::Context some_context() {
    return ctx::Context{}.with_span(ctx::child_of(ctx::Context{}));
}

TEST(GrpcCallTable, gives_back_what_was_put_until_it_is_removed) {
    const grpc::ServerContext call;
    const grpc::ServerContext other;
    const ctx::Context context = some_context();
    EXPECT_FALSE(CallTable::find(&call));
    CallTable::put(&call, context);
    EXPECT_EQ(CallTable::find(&call), context);
    EXPECT_FALSE(CallTable::find(&other));
    CallTable::remove(&call, context);
    EXPECT_FALSE(CallTable::find(&call));
    CallTable::remove(&call, context);
}

// An interceptor may outlive its call, and another call be made at the same address.
TEST(GrpcCallTable, keeps_what_a_later_call_put_at_the_same_address) {
    const grpc::ServerContext call;
    const ctx::Context earlier = some_context();
    const ctx::Context later = some_context();
    CallTable::put(&call, earlier);
    CallTable::put(&call, later);
    CallTable::remove(&call, earlier);
    EXPECT_EQ(CallTable::find(&call), later);
    CallTable::remove(&call, later);
    EXPECT_FALSE(CallTable::find(&call));
}

}  // namespace
