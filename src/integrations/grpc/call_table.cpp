#include "integrations/grpc/call_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace ctx::detail {
namespace {

struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<const grpc::ServerContextBase*, Context> calls;
};

Shard& shard_of(const grpc::ServerContextBase* call) {
    // Never destroyed: threads of gRPC may outlive main().
    static auto& shards = *new std::array<Shard, 16>;
    const auto mixed = reinterpret_cast<std::uintptr_t>(call) * 0x9E3779B97F4A7C15U;
    return shards[mixed >> 60U];
}

}  // namespace

void CallTable::put(const grpc::ServerContextBase* call, const Context& context) {
    Shard& shard = shard_of(call);
    Context replaced;  // ends outside of the lock
    const std::lock_guard lock{shard.mutex};
    replaced = std::exchange(shard.calls[call], context);
}

Context CallTable::find(const grpc::ServerContextBase* call) noexcept {
    Shard& shard = shard_of(call);
    const std::lock_guard lock{shard.mutex};
    const auto found = shard.calls.find(call);
    return found == shard.calls.end() ? Context{} : found->second;
}

void CallTable::remove(const grpc::ServerContextBase* call, const Context& context) noexcept {
    Shard& shard = shard_of(call);
    const std::lock_guard lock{shard.mutex};  // `context` is held by the caller: nothing ends here
    const auto found = shard.calls.find(call);
    if (found != shard.calls.end() && found->second == context) shard.calls.erase(found);
}

}  // namespace ctx::detail
