#include <ctx/context/lifecycle.hpp>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace ctx {
namespace {

struct Registry {
    std::timed_mutex mutex;
    std::vector<Flushable*> members;
    bool shut_down = false;
};

// Never destroyed: layers with static storage duration unregister late.
Registry& registry() {
    static auto* const instance = new Registry;
    return *instance;
}

template <typename Ask>
bool ask_all(Registry& all, Ask ask) noexcept {
    bool done = true;
    for (auto it = all.members.rbegin(); it != all.members.rend(); ++it)
        done &= ask(**it);
    return done;
}

}  // namespace

void register_flushable(Flushable& flushable) {
    Registry& all = registry();
    const std::lock_guard lock{all.mutex};
    all.members.push_back(&flushable);
    all.shut_down = false;
}

void unregister_flushable(Flushable& flushable) noexcept {
    Registry& all = registry();
    const std::lock_guard lock{all.mutex};
    std::erase(all.members, &flushable);
}

bool flush(std::chrono::milliseconds timeout) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    Registry& all = registry();
    const std::unique_lock lock{all.mutex, deadline};
    if (!lock) return false;
    return ask_all(all, [&](Flushable& member) { return member.flush(deadline); });
}

bool shutdown(std::chrono::milliseconds timeout) noexcept {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    Registry& all = registry();
    const std::unique_lock lock{all.mutex, deadline};
    if (!lock) return false;
    if (std::exchange(all.shut_down, true)) return true;
    return ask_all(all, [&](Flushable& member) { return member.shutdown(deadline); });
}

}  // namespace ctx
