// ctx/integrations/grpc.hpp: everything for gRPC C++: metadata as carriers, interceptors, metrics.
//
//     list.push_back(std::make_unique<ctx::GrpcServerInterceptors>(ctx::GrpcOptions{tracer}));
//     builder.experimental().SetInterceptorCreators(std::move(list));
//
// Threads   See each header.
// Errors    See each header: no call fails for the sake of its trace.
// Cost      See each header.

#pragma once

#include <ctx/integrations/grpc/interceptors.hpp>
#include <ctx/integrations/grpc/metadata.hpp>
#include <ctx/integrations/grpc/metrics.hpp>
