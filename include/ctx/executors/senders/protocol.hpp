// ctx/executors/senders/protocol.hpp: how ctx speaks with a library of senders (P2300).
//
//     template <typename Tag>
//     requires std::derived_from<Tag, mine::sender_t>
//     struct ctx::SenderProtocol<Tag>
//         : ctx::ObjectProtocol<mine::connect_t, mine::start_t, mine::forwarding_query_t> {
//         template <typename S, typename... Env>
//         using Signatures = mine::completion_signatures_of_t<S, Env...>;
//     };
//     template <>
//     inline constexpr bool ctx::is_forwarding_query<mine::forwarding_query_t> = true;
//
// Of a library ctx needs to know four things, found by the type that its senders name as
// `sender_concept`. The primary template is for libraries whose senders have the member functions of
// std::execution (connect, start, get_env, query, set_value, …) and need nothing else. Where a
// library rewrites senders before it connects them, as std::execution and stdexec do, its own
// objects must be asked; for stdexec include <ctx/executors/senders/stdexec.hpp>.
//
// Threads   Types only.
// Errors    What does not fit fails to compile where senders are connected.
// Cost      None of its own.

#pragma once

#include <type_traits>
#include <utility>
#include <version>
#if defined(__cpp_lib_senders)
#include <concepts>
#include <execution>
#endif

namespace ctx {

/// A sender of any library.
template <typename S>
concept Sender = requires {
    typename std::remove_cvref_t<S>::sender_concept;
};

/// A scheduler of any library.
template <typename S>
concept Scheduler = requires(const std::remove_cvref_t<S>& scheduler) {
    { scheduler.schedule() } -> Sender;
};

/// Whether `Tag` is the type of a library's `forwarding_query`, which asks queries whether adaptors
/// hand them on.
template <typename Tag>
inline constexpr bool is_forwarding_query = false;

namespace detail {

/// The completion signatures that the members of a sender tell, in the three forms in use.
template <typename S, typename... Env>
constexpr auto member_signatures() noexcept {
    using Plain = std::remove_cvref_t<S>;
    if constexpr (requires { typename Plain::completion_signatures; }) {
        return std::type_identity<typename Plain::completion_signatures>{};
    } else if constexpr (requires { Plain::template get_completion_signatures<S, Env...>(); }) {
        return std::type_identity<
            decltype(Plain::template get_completion_signatures<S, Env...>())>{};
    } else if constexpr (requires(S && sender, Env && ... env) {
                             std::forward<S>(sender).get_completion_signatures(
                                 std::forward<Env>(env)...);
                         }) {
        return std::type_identity<decltype(std::declval<S>().get_completion_signatures(
            std::declval<Env>()...))>{};
    }
}

}  // namespace detail

/// For senders with the member functions of std::execution.
template <typename Tag>
struct SenderProtocol {
    /// The operation that tells `receiver` what `sender` completes with.
    template <typename S, typename R>
    static auto connect(S&& sender, R receiver) {
        return std::forward<S>(sender).connect(std::move(receiver));
    }
    template <typename Operation>
    static void start(Operation& operation) noexcept {
        operation.start();
    }
    /// Whether adaptors hand the query on.
    template <typename Query>
    static constexpr bool forwards = true;
    /// How a sender completes in an environment.
    template <typename S, typename... Env>
    using Signatures = typename decltype(detail::member_signatures<S, Env...>())::type;
};

/// The same, of a library's customization point objects.
template <typename Connect, typename Start, typename ForwardingQuery>
struct ObjectProtocol {
    template <typename S, typename R>
    static auto connect(S&& sender, R receiver) {
        return Connect{}(std::forward<S>(sender), std::move(receiver));
    }
    template <typename Operation>
    static void start(Operation& operation) noexcept {
        Start{}(operation);
    }
    template <typename Query>
    static constexpr bool forwards = ForwardingQuery{}(Query{});
};

namespace detail {

/// What is a sender for a library exactly if that library's senders are tagged with `Tag`.
template <typename Tag>
struct TaggedSender {
    using sender_concept = Tag;
};

}  // namespace detail

#if defined(__cpp_lib_senders)
template <typename Tag>
requires std::execution::sender<detail::TaggedSender<Tag>>
struct SenderProtocol<Tag>
    : ObjectProtocol<std::execution::connect_t, std::execution::start_t, std::forwarding_query_t> {
    template <typename S, typename... Env>
    using Signatures = std::execution::completion_signatures_of_t<S, Env...>;
};
template <>
inline constexpr bool is_forwarding_query<std::forwarding_query_t> = true;
#endif

}  // namespace ctx
