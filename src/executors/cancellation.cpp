#include <ctx/executors/cancellation.hpp>

#include <algorithm>
#include <utility>

namespace ctx {

using Clock = std::chrono::steady_clock;

constinit const Key<std::stop_token> stop_token_key{"stop_token"};
constinit const Key<Clock::time_point> deadline_key{"deadline", join_min};

const char* Cancelled::what() const noexcept {
    return "the request was cancelled";
}

Context with_stop_token(ContextView context, std::stop_token token) {
    return context.with(stop_token_key, std::move(token));
}

Context with_deadline(ContextView context, Clock::time_point deadline) {
    const Clock::time_point* const had = context.get(deadline_key);
    if (had != nullptr && *had <= deadline) return Context{context};
    return context.with(deadline_key, deadline);
}

std::stop_token stop_token_of(ContextView context) noexcept {
    const std::stop_token* const token = context.get(stop_token_key);
    return token == nullptr ? std::stop_token{} : *token;
}

std::optional<std::chrono::nanoseconds> time_left() noexcept {
    const Clock::time_point* const deadline = current().get(deadline_key);
    if (deadline == nullptr) return std::nullopt;
    return std::max(std::chrono::nanoseconds{0},
                    std::chrono::nanoseconds{*deadline - Clock::now()});
}

bool is_cancelled() noexcept {
    const std::stop_token* const token = current().get(stop_token_key);
    if (token != nullptr && token->stop_requested()) return true;
    const Clock::time_point* const deadline = current().get(deadline_key);
    return deadline != nullptr && Clock::now() >= *deadline;
}

void throw_if_cancelled() {
    if (is_cancelled()) throw Cancelled{};
}

}  // namespace ctx
