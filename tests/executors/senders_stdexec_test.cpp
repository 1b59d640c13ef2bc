// What only a library's own connect() and forwarding_query can do.

#include "executors/sender_algorithms.hpp"
#include "executors/sender_harness.hpp"
#include <ctx/executors/senders/stdexec.hpp>

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

namespace ctx {
namespace {

using namespace test::harness;
using test::here;
using test::request;

class SendersOfStdexec : public test::ExecutorsTest {};

// Is rewritten before it is connected, as many algorithms of stdexec are.
template <typename S>
struct Rewritten {
    using sender_concept = sender_t;
    S to;
    S lowered() const { return to; }
};

TEST_F(SendersOfStdexec, are_connected_by_their_library) {
    Threads threads{1};
    const Context own = request(1);
    const detail::Node* seen = nullptr;
    auto source = schedule(threads.get_scheduler());
    const Rewritten<decltype(source)> rewritten{source};
    {
        const Scope scope{own};
        sync_wait(rewritten | carry() | then([&] { seen = here(); }));
    }
    EXPECT_EQ(seen, own.node());
    EXPECT_EQ(threads.finish(), 0);

    using Carried = decltype(rewritten | carry());
    static_assert(std::is_same_v<decltype(Carried::get_completion_signatures<Carried, empty_env>()),
                                 completion_signatures<set_value_t()>>);
}

struct Private {};  // is no forwarding query
struct SomebodyElse {};

TEST_F(SendersOfStdexec, are_asked_forwarding_queries_only) {
    using Env = EnvWith<empty_env, Private, int>;
    using ByMembers = detail::ContextEnvironment<Env, SenderProtocol<SomebodyElse>>;
    using ByStdexec = detail::ContextEnvironment<Env, SenderProtocol<sender_t>>;
    static_assert(detail::Answers<ByMembers, Private>);
    static_assert(!detail::Answers<ByStdexec, Private>);
    static_assert(detail::Answers<ByStdexec, get_context_t>);
    static_assert(forwarding_query(get_context));
}

}  // namespace
}  // namespace ctx
