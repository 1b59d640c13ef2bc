// ctx/integrations/beast.hpp: Boost.Beast messages as carriers, and as what spans are made of.
//
//     ctx::Context caller = ctx::extract(request);         // http::request<Body>, http::fields, …
//     ctx::inject(ctx::current(), outgoing);
//
//     auto served = tracing.serve(request, {.route = "/orders/{id}"});     // http.hpp
//     auto call = tracing.call(outgoing, {.server_address = "users"});
//
// Threads   A message belongs to the thread that uses it, as always with Beast.
// Errors    Adding a field throws std::bad_alloc; Beast refuses fields of more than 64 KiB, which
//           no format of ctx writes.
// Cost      A name is looked up in the message's own index; nothing is copied on the way in.

#pragma once

#include <ctx/integrations/http.hpp>
#include <ctx/propagation/propagator.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <string_view>

namespace ctx {
namespace detail {

template <typename Fields>
struct BeastFields {
    template <typename Visit>
    static void for_each(const Fields& fields, Visit&& visit) {
        for (const auto& field : fields)
            visit(std::string_view{field.name_string()}, std::string_view{field.value()});
    }

    template <typename Visit>
    static void find(const Fields& fields, std::string_view name, Visit&& visit) {
        const auto [first, last] = fields.equal_range(to_beast(name));
        for (auto at = first; at != last; ++at)
            visit(std::string_view{at->value()});
    }

    static void set(Fields& fields, std::string_view name, std::string_view value) {
        fields.set(to_beast(name), to_beast(value));
    }

    static void remove(Fields& fields, std::string_view name) { fields.erase(to_beast(name)); }

private:
    static boost::beast::string_view to_beast(std::string_view text) noexcept {
        return {text.data(), text.size()};
    }
};

}  // namespace detail

template <typename Allocator>
struct CarrierTraits<boost::beast::http::basic_fields<Allocator>>
    : detail::BeastFields<boost::beast::http::basic_fields<Allocator>> {};

template <bool IsRequest, typename Allocator>
struct CarrierTraits<
    boost::beast::http::header<IsRequest, boost::beast::http::basic_fields<Allocator>>>
    : detail::BeastFields<boost::beast::http::basic_fields<Allocator>> {};

template <bool IsRequest, typename Body, typename Allocator>
struct CarrierTraits<
    boost::beast::http::message<IsRequest, Body, boost::beast::http::basic_fields<Allocator>>>
    : detail::BeastFields<boost::beast::http::basic_fields<Allocator>> {};

template <typename Body, typename Fields>
struct HttpMessage<boost::beast::http::request<Body, Fields>> {
    static std::string_view method(const boost::beast::http::request<Body, Fields>& request) {
        return std::string_view{request.method_string()};
    }
    static std::string_view target(const boost::beast::http::request<Body, Fields>& request) {
        return std::string_view{request.target()};
    }
};

template <typename Body, typename Fields>
struct HttpMessage<boost::beast::http::response<Body, Fields>> {
    static int status(const boost::beast::http::response<Body, Fields>& response) {
        return static_cast<int>(response.result_int());
    }
};

}  // namespace ctx
