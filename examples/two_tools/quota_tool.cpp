#include "two_tools/quota_tool.hpp"

#include "quota.hpp"

#include <algorithm>
#include <sstream>

namespace two_tools {

ctx::Context bill_to(const ctx::Context& context, std::string_view tenant) {
    auto usage = quota::Usage::get(context);
    usage.set_tenant(tenant);
    return quota::Usage::with(context, usage);
}

// [snippet use]
ctx::Context use(const ctx::Context& context, std::uint64_t rows, int queue) {
    auto usage = quota::Usage::get(context);
    usage.increment_rows(rows);
    usage.set_queue(std::max(queue, usage.queue().value_or(0)));
    return quota::Usage::with(context, usage);
}
// [end]

std::string describe_usage(const ctx::Context& context) {
    const auto usage = quota::Usage::get(context);
    std::ostringstream text;
    text << "tenant " << usage.tenant().value_or("unknown") << ", " << usage.rows().value()
         << " rows, queue " << usage.queue().value_or(0) << (usage.overflow() ? " (cut)" : "");
    return text.str();
}

}  // namespace two_tools
