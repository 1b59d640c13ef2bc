// Stands in for stdexec: the names that ctx uses of it, with senders that only its own connect()
// can connect.

#pragma once

#include "executors/sender_harness.hpp"
#include <ctx/executors/senders/protocol.hpp>

#include <utility>

namespace stdexec {

using ctx::test::harness::connect_t;
using ctx::test::harness::forwarding_query_t;
using ctx::test::harness::sender;
using ctx::test::harness::start_t;

template <typename S, typename... Env>
constexpr auto signatures_of() {
    if constexpr (requires(S && from) { from.lowered(); }) {
        return signatures_of<decltype(std::declval<S>().lowered()), Env...>();
    } else {
        return ctx::detail::member_signatures<S, Env...>();
    }
}
template <typename S, typename... Env>
using completion_signatures_of_t = typename decltype(signatures_of<S, Env...>())::type;

}  // namespace stdexec
