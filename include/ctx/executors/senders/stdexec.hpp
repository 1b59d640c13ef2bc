// ctx/executors/senders/stdexec.hpp: what senders.hpp has, for senders of stdexec.
//
//     #include <ctx/executors/senders/stdexec.hpp>
//
//     auto pool = ctx::carrying(threads.get_scheduler());
//     stdexec::sync_wait(stdexec::schedule(pool) | stdexec::then([] { ctx::current(); }));
//
// Written after the names that stdexec documents, and tested with a stand-in that has them: no
// release of stdexec itself was at hand. stdexec is no dependency; without it this header is empty.
//
// Threads   See senders.hpp.
// Errors    See senders.hpp.
// Cost      See senders.hpp.

#pragma once

#include <ctx/executors/senders.hpp>
#if __has_include(<stdexec/execution.hpp>)
#include <stdexec/execution.hpp>

namespace ctx {

template <typename Tag>
requires stdexec::sender<detail::TaggedSender<Tag>>
struct SenderProtocol<Tag>
    : ObjectProtocol<stdexec::connect_t, stdexec::start_t, stdexec::forwarding_query_t> {
    template <typename S, typename... Env>
    using Signatures = stdexec::completion_signatures_of_t<S, Env...>;
};
template <>
inline constexpr bool is_forwarding_query<stdexec::forwarding_query_t> = true;

}  // namespace ctx

#endif
