#include <ctx/context/lifecycle.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace ctx {
namespace {

// A flag and a condition instead of holding the mutex during the calls: a member may register
// others meanwhile, and a second caller waits no longer than its own deadline.
struct Registry {
    std::mutex mutex;
    std::condition_variable idle;
    std::vector<Flushable*> members;
    bool asking = false;
    bool shut_down = false;
};

// Never destroyed: layers with static storage duration unregister late.
Registry& registry() {
    static auto* const instance = new Registry;
    return *instance;
}

/// The right to ask members, one caller at a time; not obtained when `deadline` passes first.
class Turn {
public:
    Turn(Registry& all, Flushable::Deadline deadline) : all_(all) {
        std::unique_lock lock{all_.mutex};
        mine_ = all_.idle.wait_until(lock, deadline, [&] { return !all_.asking; });
        if (!mine_) return;
        all_.asking = true;
        members_ = all_.members;
    }

    ~Turn() {
        if (!mine_) return;
        {
            const std::lock_guard lock{all_.mutex};
            all_.asking = false;
        }
        all_.idle.notify_all();
    }

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    explicit operator bool() const noexcept { return mine_; }

    template <typename Ask>
    bool ask_all(Ask ask) noexcept {
        bool done = true;
        for (auto it = members_.rbegin(); it != members_.rend(); ++it)
            done &= ask(**it);
        return done;
    }

private:
    Registry& all_;
    std::vector<Flushable*> members_;
    bool mine_ = false;
};

}  // namespace

void register_flushable(Flushable& flushable) {
    Registry& all = registry();
    const std::lock_guard lock{all.mutex};
    all.members.push_back(&flushable);
    all.shut_down = false;
}

void unregister_flushable(Flushable& flushable) noexcept {
    Registry& all = registry();
    std::unique_lock lock{all.mutex};
    all.idle.wait(lock, [&] { return !all.asking; });
    std::erase(all.members, &flushable);
}

bool flush(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    Turn turn{registry(), deadline};
    return turn && turn.ask_all([&](Flushable& member) { return member.flush(deadline); });
}

bool shutdown(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    Turn turn{registry(), deadline};
    if (!turn) return false;
    {
        const std::lock_guard lock{registry().mutex};
        if (std::exchange(registry().shut_down, true)) return true;
    }
    return turn.ask_all([&](Flushable& member) { return member.shutdown(deadline); });
}

}  // namespace ctx
