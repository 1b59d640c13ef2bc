// Which context belongs to which call of a server: gRPC leaves no room for it in the call.

#pragma once

#include <ctx/context/context.hpp>

#include <grpcpp/server_context.h>

namespace ctx::detail {

/// Sharded by the address of the server context, each shard under its own lock.
class CallTable {
public:
    /// Replaces what another interceptor of the same call has put there.
    static void put(const grpc::ServerContextBase* call, const Context& context);
    [[nodiscard]] static Context find(const grpc::ServerContextBase* call) noexcept;
    /// Only if it is still this one: the address may be that of a later call by now.
    static void remove(const grpc::ServerContextBase* call, const Context& context) noexcept;
};

}  // namespace ctx::detail
