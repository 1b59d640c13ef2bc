// ctx/integrations/grpc/metadata.hpp: metadata of gRPC calls as carriers.
//
//     ctx::Context caller = ctx::extract(server_context.client_metadata());
//
//     grpc::ClientContext client_context;                  // a fresh one: see below
//     ctx::inject(ctx::current(), client_context);
//
//     ctx::GrpcMetadata metadata{*methods->GetSendInitialMetadata()};    // in an interceptor
//     ctx::inject(ctx::current(), metadata);
//
// The interceptors of ctx/integrations/grpc/interceptors.hpp do all this by themselves.
//
// A grpc::ClientContext can only be added to: inject into each one once, before its call starts,
// and into none whose calls the interceptors trace. GrpcMetadata replaces what is stale.
//
// gRPC 1.51 hands `grpc-trace-bin` to its own filters and not to a server's metadata: read W3C.
//
// Threads   Metadata belongs to the thread that uses it.
// Errors    gRPC aborts the process at a character that metadata must not hold, and a peer fails
//           every call with more metadata than it accepts. What is not legal or does not fit is
//           left out and counted in `ctx_grpc_metadata_left_out_total`. std::bad_alloc passes.
// Cost      A name is looked up in the map; nothing is copied on the way in. Writing adds up the
//           sizes of the entries, and copies name and value as gRPC does.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/propagator.hpp>

#include <grpcpp/client_context.h>
#include <grpcpp/support/string_ref.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace ctx {

/// What a client sends at most, in bytes as gRPC counts them (32 beside each entry): the default
/// limit of a receiver is 8192, of which gRPC's own entries take some.
inline constexpr std::size_t default_grpc_metadata_limit = 7168;

/// Metadata to be sent, borrowed. Names are lower case, as gRPC demands.
class CTX_EXPORT GrpcMetadata {
public:
    using Map = std::multimap<std::string, std::string>;

    /// @param limit  of all entries together. Of a `baggage` and a `tracestate` that would exceed
    ///               it the last members are left out, another entry is left out whole.
    explicit GrpcMetadata(Map& entries, std::size_t limit = default_grpc_metadata_limit) noexcept
        : entries_(&entries), limit_(limit) {}

    /// Afterwards there is one entry of that name, or none if it is not legal or does not fit.
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name);

    [[nodiscard]] const Map& entries() const noexcept { return *entries_; }

private:
    Map* entries_;
    std::size_t limit_;
};

/// Of ServerContext::client_metadata(), and of what a client received.
template <>
struct CarrierTraits<std::multimap<grpc::string_ref, grpc::string_ref>> {
    using Map = std::multimap<grpc::string_ref, grpc::string_ref>;
    static constexpr bool takes_bytes = true;

    template <typename Visit>
    static void for_each(const Map& entries, Visit&& visit) {
        for (const auto& [name, value] : entries)
            visit(text_of(name), text_of(value));
    }

    template <typename Visit>
    static void find(const Map& entries, std::string_view name, Visit&& visit) {
        const auto [first, last] = entries.equal_range({name.data(), name.size()});
        for (auto at = first; at != last; ++at)
            visit(text_of(at->second));
    }

private:
    static std::string_view text_of(const grpc::string_ref& text) noexcept {
        return {text.data(), text.size()};
    }
};

template <>
struct CarrierTraits<GrpcMetadata> {
    static constexpr bool takes_bytes = true;

    template <typename Visit>
    static void for_each(const GrpcMetadata& metadata, Visit&& visit) {
        for (const auto& [name, value] : metadata.entries())
            visit(std::string_view{name}, std::string_view{value});
    }

    static void set(GrpcMetadata& metadata, std::string_view name, std::string_view value) {
        metadata.set(name, value);
    }
    static void remove(GrpcMetadata& metadata, std::string_view name) { metadata.remove(name); }
};

/// What is to be added to a ClientContext, all of it within the limit.
class CTX_EXPORT GrpcClientStaging {
public:
    explicit GrpcClientStaging(grpc::ClientContext& call) noexcept : call_(&call) {}
    [[nodiscard]] GrpcMetadata metadata() noexcept { return GrpcMetadata{entries_}; }
    void commit() const;

private:
    grpc::ClientContext* call_;
    GrpcMetadata::Map entries_;
};

template <>
struct CarrierTraits<GrpcClientStaging> {
    static constexpr bool takes_bytes = true;
    static void set(GrpcClientStaging& staging, std::string_view name, std::string_view value) {
        staging.metadata().set(name, value);
    }
    static void remove(GrpcClientStaging& staging, std::string_view name) {
        staging.metadata().remove(name);
    }
};

/// Adds, and cannot replace: gRPC shows nobody what a ClientContext holds.
template <>
struct CTX_EXPORT CarrierTraits<grpc::ClientContext> {
    using Staging = GrpcClientStaging;
    static constexpr bool takes_bytes = true;
    static void set(grpc::ClientContext& call, std::string_view name, std::string_view value);
    static void remove(grpc::ClientContext&, std::string_view) noexcept {}
};

}  // namespace ctx
