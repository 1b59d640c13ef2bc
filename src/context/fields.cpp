#include <ctx/context/fields.hpp>
#include <ctx/context/governed_baggage.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace ctx {
namespace {

struct Published {
    FieldSet set;
    std::uint32_t generation = 0;
    const Published* replaced = nullptr;  // keeps what readers may still borrow reachable
};

std::mutex& publish_mutex() {
    static auto* const mutex = new std::mutex;
    return *mutex;
}

const Published& nothing() noexcept {
    // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): a few bytes, once, at start-up
    static const auto* const empty = new Published;
    return *empty;
}

constinit std::atomic<const Published*> in_force{nullptr};

constexpr std::uint32_t always_governed = (detail::governs_sending | detail::governs_admission)
                                              << static_cast<unsigned>(Destination::partner) |
                                          (detail::governs_sending | detail::governs_admission)
                                              << static_cast<unsigned>(Destination::outside);

std::uint32_t directions_of(const FieldSet& set) noexcept {
    std::uint32_t directions = always_governed;
    if (set.restricts_sending(Destination::inside) || set.has_priorities()) {
        directions |= detail::governs_sending;
    }
    if (set.restricts_admission(Destination::inside)) directions |= detail::governs_admission;
    return directions;
}

}  // namespace

constinit std::atomic<std::uint32_t> detail::governed_directions{always_governed};

std::uint32_t publish_fields(FieldSet fields) {
    const std::lock_guard lock{publish_mutex()};
    const Published* old = in_force.load(std::memory_order_relaxed);
    const std::uint32_t generation = old == nullptr ? 1 : old->generation + 1;
    const auto* fresh = new Published{std::move(fields), generation, old};
    in_force.store(fresh, std::memory_order_release);
    detail::governed_directions.store(directions_of(fresh->set), std::memory_order_release);
    return generation;
}

PublishedFields published_fields() noexcept {
    const Published* published = in_force.load(std::memory_order_acquire);
    if (published == nullptr) published = &nothing();
    return {published->set, published->generation};
}

}  // namespace ctx
