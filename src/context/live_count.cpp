#include "context/live_count.hpp"

#include <ctx/context/stats.hpp>

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ctx {
namespace detail {
namespace {

// One counter per thread, written by its thread alone: a plain load and store, no locked
// instruction. Counters outlive their threads, so that nodes released elsewhere, or in other
// thread-local destructors, still add up; a finished thread's counter goes to the next new thread.
struct alignas(64) Shard {
    std::atomic<std::int64_t> live{0};
};

class Shards {
public:
    Shard* take() {
        const std::lock_guard lock{mutex_};
        if (!free_.empty()) {
            Shard* shard = free_.back();
            free_.pop_back();
            return shard;
        }
        free_.reserve(all_.size() + 1);  // so that give_back() cannot throw
        return all_.emplace_back(std::make_unique<Shard>()).get();
    }

    void give_back(Shard* shard) noexcept {
        const std::lock_guard lock{mutex_};
        free_.push_back(shard);
    }

    std::int64_t sum() noexcept {
        const std::lock_guard lock{mutex_};
        std::int64_t total = 0;
        for (const auto& shard : all_)
            total += shard->live.load(std::memory_order_relaxed);
        return total;
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Shard>> all_;
    std::vector<Shard*> free_;
};

// Never destroyed: nodes may be released in static destructors.
Shards& shards() {
    static auto* const instance = new Shards;
    return *instance;
}

// initial-exec: every context that is made or freed comes here, and the general model calls a
// function to find the variable. Eight bytes fit into what the loader keeps for plugins.
[[gnu::tls_model("initial-exec")]] constinit thread_local Shard* my_shard = nullptr;

// Where threads count that got no shard: memory has run out, and that is no reason to end here.
constinit std::atomic<std::int64_t> live_without_shard{0};

// A pthread key and not a C++ thread_local destructor: keys are destroyed after all of those.
// Without a key (a process has 1024) a finished thread's shard is not used again.
void give_back_at_exit(Shard* shard) noexcept {
    static const std::optional<pthread_key_t> key = [] {
        pthread_key_t created{};
        const int error = pthread_key_create(&created, [](void* mine) {
            my_shard = nullptr;
            shards().give_back(static_cast<Shard*>(mine));
        });
        return error == 0 ? std::optional{created} : std::nullopt;
    }();
    if (key.has_value()) pthread_setspecific(*key, shard);
}

[[gnu::noinline]] Shard* acquire_shard() noexcept {
    try {
        my_shard = shards().take();
    } catch (const std::exception&) {
        return nullptr;
    }
    give_back_at_exit(my_shard);
    return my_shard;
}

}  // namespace

void count_node(std::int64_t change) noexcept {
    Shard* shard = my_shard;
    if (shard == nullptr) [[unlikely]] {
        shard = acquire_shard();
        if (shard == nullptr) {
            live_without_shard.fetch_add(change, std::memory_order_relaxed);
            return;
        }
    }
    shard->live.store(shard->live.load(std::memory_order_relaxed) + change,
                      std::memory_order_relaxed);
}

}  // namespace detail

std::int64_t live_contexts() noexcept {
    return detail::shards().sum() + detail::live_without_shard.load(std::memory_order_relaxed);
}

}  // namespace ctx
