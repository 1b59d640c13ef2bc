#include "context/census.hpp"

#include "context/stack.hpp"
#include "context/start_warning.hpp"
#include <ctx/context/census.hpp>
#include <ctx/context/detail/environment.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ctx {
namespace {

using Clock = std::chrono::steady_clock;

Census from_environment() noexcept {
    const std::string_view name = detail::environment("CTX_CENSUS");
    if (name == "ages") return Census::ages;
    if (name == "stacks") return Census::stacks;
    if (!name.empty() && name != "off") detail::warn_at_start("CTX_CENSUS is unknown, off is used");
    return Census::off;
}

std::atomic<Census> census{from_environment()};

struct Entry {
    Clock::time_point made;
    std::vector<void*> stack;
};

// Threads that make contexts at the same time rarely meet at the same part of the list.
class alignas(64) Part {
public:
    void add(const detail::Node& node, Entry entry) {
        const std::lock_guard lock{mutex_};
        nodes_.insert_or_assign(&node, std::move(entry));
    }
    void remove(const detail::Node& node) noexcept {
        const std::lock_guard lock{mutex_};
        nodes_.erase(&node);
    }
    // A node is not freed before it has left its part.
    void append_older(Clock::time_point now, std::chrono::nanoseconds than,
                      std::vector<LiveContext>& list) {
        const std::lock_guard lock{mutex_};
        for (const auto& [node, entry] : nodes_) {
            const std::chrono::nanoseconds age = now - entry.made;
            if (age < than) continue;
            list.push_back(
                {node->trace_id, node->span_id, age, node->references.value(), entry.stack});
        }
    }

private:
    std::mutex mutex_;
    std::unordered_map<const detail::Node*, Entry> nodes_;
};

using Parts = std::array<Part, 32>;

// Never destroyed: contexts may be released in static destructors.
Parts& parts() {
    static auto* const instance = new Parts;
    return *instance;
}

Part& part_of(const detail::Node& node) {
    return parts()[std::hash<const void*>{}(&node) / sizeof(detail::Node) % Parts{}.size()];
}

}  // namespace

namespace detail {

[[gnu::noinline]] void enter_census(Node& node) noexcept {
    const Census wanted = census.load(std::memory_order_relaxed);
    if (wanted == Census::off) return;
    try {
        Entry entry{Clock::now(), {}};
        if (wanted == Census::stacks) entry.stack = capture_stack(__builtin_return_address(0));
        part_of(node).add(node, std::move(entry));
        node.in_census = true;
    } catch (const std::exception&) {
        return;  // no memory: the context is made all the same
    }
}

void leave_census(const Node& node) noexcept {
    if (node.in_census) [[unlikely]]
        part_of(node).remove(node);
}

}  // namespace detail

void set_census(Census wanted) noexcept {
    census.store(wanted, std::memory_order_relaxed);
}

std::string LiveContext::to_string() const {
    std::array<char, 32> seconds;
    std::snprintf(seconds.data(), seconds.size(), "%.1f",
                  std::chrono::duration<double>(age).count());
    std::string text = trace_id.to_string() + "-" + span_id.to_string() + ", " + seconds.data() +
                       " s old, held " + std::to_string(references) +
                       (references == 1 ? " time" : " times");
    for (void* const address : stack)
        text += "\n    " + detail::describe_address(address);
    return text;
}

std::vector<LiveContext> live_context_list(const CensusQuery& query) {
    std::vector<LiveContext> list;
    const Clock::time_point now = Clock::now();
    for (Part& part : parts())
        part.append_older(now, query.older_than, list);
    std::sort(list.begin(), list.end(),
              [](const LiveContext& a, const LiveContext& b) { return a.age > b.age; });
    if (list.size() > query.at_most) list.resize(query.at_most);
    return list;
}

}  // namespace ctx
