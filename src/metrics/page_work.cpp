#include "metrics/page_work.hpp"

namespace ctx::detail {
namespace {

FamilySnapshot counter(const char* name, const char* unit, const char* help, double value) {
    return {.name = name,
            .type = MetricType::counter,
            .unit = unit,
            .help = help,
            .series = {{.value = value}}};
}

}  // namespace

void PageWork::add(std::chrono::steady_clock::duration taken, std::size_t bytes) noexcept {
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count();
    pages_.fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(static_cast<std::uint64_t>(nanoseconds), std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    last_bytes_.store(bytes, std::memory_order_relaxed);
}

std::vector<FamilySnapshot> PageWork::families() const {
    const auto count = [](const std::atomic<std::uint64_t>& number) {
        return static_cast<double>(number.load(std::memory_order_relaxed));
    };
    return {counter("ctx_metrics_pages_rendered", "", "Pages before this one.", count(pages_)),
            counter("ctx_metrics_render_seconds", "seconds", "What rendering them took.",
                    count(nanoseconds_) / 1e9),
            counter("ctx_metrics_rendered_bytes", "bytes", "How long they were.", count(bytes_))};
}

}  // namespace ctx::detail
