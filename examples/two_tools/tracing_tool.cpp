#include "two_tools/tracing_tool.hpp"

#include "tracing.hpp"

#include <sstream>

namespace two_tools {

ctx::Context begin_task(const ctx::Context& context, std::uint64_t id) {
    auto task = tracing::Task::get(context);
    task.set_id(id);
    return tracing::Task::with(context, task);
}

// [snippet event]
ctx::Context record_event(const ctx::Context& context, std::uint64_t event) {
    auto task = tracing::Task::get(context);
    task.add_parents(event);
    return tracing::Task::with(context, task);
}
// [end]

std::string describe_task(const ctx::Context& context) {
    const auto task = tracing::Task::get(context);
    std::ostringstream text;
    text << std::hex << "task " << task.id().value_or(0) << ", events";
    for (const std::uint64_t event : task.parents())
        text << ' ' << event;
    text << (task.overflow() ? " (cut)" : "");
    return text.str();
}

}  // namespace two_tools
