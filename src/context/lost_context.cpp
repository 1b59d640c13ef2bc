#include "context/stack.hpp"
#include "context/start_warning.hpp"
#include <ctx/context/detail/environment.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/lost_context.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>
#include <utility>

namespace ctx {
namespace {

constexpr std::size_t max_places = 1024;

LostContextDetection from_environment() noexcept {
    const std::string_view name = detail::environment("CTX_LOST_CONTEXT");
    if (name == "places") return LostContextDetection::places;
    if (name == "stacks") return LostContextDetection::stacks;
    if (!name.empty() && name != "count")
        detail::warn_at_start("CTX_LOST_CONTEXT is unknown, count is used");
    return LostContextDetection::count;
}

std::atomic<LostContextDetection> detection{from_environment()};

Stat dropped{"ctx_lost_places_dropped_total",
             "Tasks without a context whose place was not kept: too many places."};

struct Key {
    const char* adapter;
    SourcePlace place;
    std::vector<void*> stack;

    friend bool operator<(const Key& a, const Key& b) noexcept {
        return std::tie(a.adapter, a.place, a.stack) < std::tie(b.adapter, b.place, b.stack);
    }
};

class Places {
public:
    enum class Noted : std::uint8_t { first, again, no_room };

    Noted note(Key key) {
        const std::lock_guard lock{mutex_};
        if (places_.size() >= max_places && !places_.contains(key)) return Noted::no_room;
        return ++places_[std::move(key)] == 1 ? Noted::first : Noted::again;
    }

    std::vector<LostPlace> all() {
        std::vector<LostPlace> result;
        const std::lock_guard lock{mutex_};
        result.reserve(places_.size());
        for (const auto& [key, tasks] : places_)
            result.push_back({key.adapter, key.place, key.stack, tasks});
        return result;
    }

private:
    std::mutex mutex_;
    std::map<Key, std::uint64_t> places_;
};

// Never destroyed: tasks may be submitted in static destructors.
Places& places() {
    static auto* const instance = new Places;
    return *instance;
}

/// @param from  whom the stack begins with; null: no stack.
void note_place(const char* adapter, SourcePlace caller, const void* from) {
    Key key{adapter, caller, from != nullptr ? detail::capture_stack(from) : std::vector<void*>{}};
    const Places::Noted noted = places().note(key);
    if (noted == Places::Noted::no_room) return dropped.add();
    if (noted == Places::Noted::again) return;
    const LostPlace first{key.adapter, key.place, std::move(key.stack), 1};
    diagnose(Severity::warning, adapter, "a task without a context: " + first.to_string());
}

}  // namespace

void set_lost_context_detection(LostContextDetection wanted) noexcept {
    detection.store(wanted, std::memory_order_relaxed);
}

[[gnu::noinline]] void LostContextCounter::count(SourcePlace caller) noexcept {
    tasks_.add();
    const LostContextDetection wanted = detection.load(std::memory_order_relaxed);
    if (wanted == LostContextDetection::count) return;
    try {
        const bool with_stack = wanted == LostContextDetection::stacks;
        note_place(adapter_, caller, with_stack ? __builtin_return_address(0) : nullptr);
    } catch (const std::exception&) {
        dropped.add();  // no memory: not a reason to fail the task
    }
}

std::string LostPlace::to_string() const {
    std::string text = adapter;
    text += ": " + std::to_string(tasks) + " from ";
    text += place.file == nullptr ? std::string{"a place that is not known"}
                                  : place.file + (":" + std::to_string(place.line));
    for (void* const address : stack)
        text += "\n    " + detail::describe_address(address);
    return text;
}

std::vector<LostPlace> lost_places() {
    std::vector<LostPlace> result = places().all();
    std::stable_sort(result.begin(), result.end(),
                     [](const LostPlace& a, const LostPlace& b) { return a.tasks > b.tasks; });
    return result;
}

}  // namespace ctx
