// What the adaptors of senders.hpp read from, and write into, environments of receivers.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/senders/protocol.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace ctx {

namespace detail {

/// What something without an environment has.
struct EmptyEnvironment {};

template <typename T>
decltype(auto) environment_of(const T& object) noexcept {
    if constexpr (requires { object.get_env(); }) {
        return object.get_env();
    } else {
        return EmptyEnvironment{};
    }
}

template <typename T>
using EnvironmentOf = decltype(environment_of(std::declval<const T&>()));

template <typename Env, typename Query, typename... Args>
concept Answers = requires(const std::remove_reference_t<Env>& env, Query query, Args&&... args) {
    env.query(query, std::forward<Args>(args)...);
};

template <typename Env, typename Query, typename... Args>
using Answer = decltype(std::declval<const std::remove_reference_t<Env>&>().query(
    std::declval<Query>(), std::declval<Args>()...));

}  // namespace detail

/// The type of get_context.
struct get_context_t {
    /// What the environment says, and without that what is current. Borrowed from either.
    template <typename Env>
    [[nodiscard]] ContextView operator()(const Env& env) const noexcept {
        if constexpr (detail::Answers<Env, get_context_t>) {
            static_assert(!std::is_same_v<detail::Answer<Env, get_context_t>, Context>,
                          "ctx::get_context: the environment must own the context");
            return env.query(get_context_t{});
        } else {
            return current();
        }
    }

    /// It is a forwarding query: adaptors hand it on to the receiver downstream.
    template <typename Query>
    requires is_forwarding_query<Query>
    static constexpr bool query(Query /*query*/) noexcept { return true; }
};

namespace detail {

/// The environment of a receiver, with a context of its own.
template <typename Env, typename Protocol>
class ContextEnvironment {
public:
    ContextEnvironment(ContextView context, Env env) noexcept
        : context_(context), env_(static_cast<Env&&>(env)) {}

    [[nodiscard]] ContextView query(get_context_t /*query*/) const noexcept { return context_; }

    template <typename Query, typename... Args>
    requires(Protocol::template forwards<Query>&& Answers<Env, Query, Args...>)  //
        [[nodiscard]] decltype(auto) query(Query query, Args&&... args) const noexcept {
        return env_.query(query, std::forward<Args>(args)...);
    }

private:
    ContextView context_;
    Env env_;
};

}  // namespace detail
}  // namespace ctx
