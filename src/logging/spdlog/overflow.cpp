#include "logging/spdlog/overflow.hpp"

namespace ctx::log::detail {

// An explicit instantiation may name a private member.
using PolicyMember = spdlog::async_overflow_policy spdlog::async_logger::*;
PolicyMember policy_member() noexcept;
template <PolicyMember Member>
struct OpenPolicy {
    friend PolicyMember policy_member() noexcept { return Member; }
};
template struct OpenPolicy<&spdlog::async_logger::overflow_policy_>;

spdlog::async_overflow_policy overflow_policy_of(const spdlog::logger& logger) noexcept {
    const auto* async = dynamic_cast<const spdlog::async_logger*>(&logger);
    return async == nullptr ? spdlog::async_overflow_policy::block : async->*policy_member();
}

void set_overflow_policy(spdlog::async_logger& logger,
                         spdlog::async_overflow_policy policy) noexcept {
    logger.*policy_member() = policy;
}

WhenFull when_full(Overflow asked, spdlog::async_overflow_policy policy) noexcept {
    switch (asked) {
        case Overflow::block:
            return WhenFull::block;
        case Overflow::drop_newest:
            return WhenFull::drop_newest;
        case Overflow::drop_below_warn:
            return WhenFull::drop_below_warn;
        case Overflow::as_logger:
            break;
    }
    return policy == spdlog::async_overflow_policy::block ? WhenFull::block : WhenFull::drop_newest;
}

}  // namespace ctx::log::detail
