#include <ctx/context/lifecycle.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace ctx {
namespace {

// A flag and a condition instead of holding the mutex during the calls: a member may register
// others meanwhile, and a second caller waits no longer than its own deadline.
struct Registry {
    struct Member {
        Flushable* flushable;
        bool shut_down;  // or just being asked to
    };

    std::mutex mutex;
    std::condition_variable idle;
    std::vector<Member> members;
    bool asking = false;
};

// Never destroyed: layers with static storage duration unregister late.
Registry& registry() {
    static auto* const instance = new Registry;
    return *instance;
}

// A year is for ever: a deadline beyond the clock's range would be one in the past.
Flushable::Deadline deadline_after(std::chrono::milliseconds timeout) noexcept {
    constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365};
    return std::chrono::steady_clock::now() +
           std::clamp(timeout, std::chrono::milliseconds::zero(), longest);
}

enum class Occasion { now_and_then, for_the_last_time };

/// The right to ask members, one caller at a time; not obtained when `deadline` passes first. For
/// the last time each member is asked once.
class Turn {
public:
    Turn(Registry& all, Flushable::Deadline deadline, Occasion occasion) : all_(all) {
        std::unique_lock lock{all_.mutex};
        if (!all_.idle.wait_until(lock, deadline, [&] { return !all_.asking; })) return;
        const bool last = occasion == Occasion::for_the_last_time;
        for (const Registry::Member& member : all_.members) {
            if (!last || !member.shut_down) members_.push_back(member.flushable);
        }
        // Nothing throws from here on: a turn that was taken is given back.
        for (Registry::Member& member : all_.members)
            member.shut_down |= last;
        all_.asking = mine_ = true;
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
    all.members.push_back({&flushable, false});
}

void unregister_flushable(Flushable& flushable) noexcept {
    Registry& all = registry();
    std::unique_lock lock{all.mutex};
    all.idle.wait(lock, [&] { return !all.asking; });
    std::erase_if(all.members,
                  [&](const Registry::Member& member) { return member.flushable == &flushable; });
}

bool flush(std::chrono::milliseconds timeout) {
    const auto deadline = deadline_after(timeout);
    Turn turn{registry(), deadline, Occasion::now_and_then};
    return turn && turn.ask_all([&](Flushable& member) { return member.flush(deadline); });
}

bool shutdown(std::chrono::milliseconds timeout) {
    const auto deadline = deadline_after(timeout);
    Turn turn{registry(), deadline, Occasion::for_the_last_time};
    return turn && turn.ask_all([&](Flushable& member) { return member.shutdown(deadline); });
}

}  // namespace ctx
