#include <ctx/context/stats.hpp>
#include <ctx/metrics/detail/bounded_names.hpp>

#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace ctx::detail {
namespace {

Stat overflowed_names{"ctx_metrics_names_overflow_total",
                      "Routes, errors and operations shown as _OTHER: too many, or too long."};

const std::string* no_name() noexcept {
    static const auto* const name = new std::string;
    return name;
}

const std::string* others() noexcept {
    static const auto* const name = new std::string{other_name};
    return name;
}

}  // namespace

BoundedNames::~BoundedNames() {
    for (auto& chain : table_) {
        const Name* name = chain.load(std::memory_order_acquire);
        while (name != nullptr)
            delete std::exchange(name, name->next);
    }
}

const BoundedNames::Name* BoundedNames::find(std::string_view text,
                                             std::size_t hash) const noexcept {
    const Name* name = table_[hash % chains].load(std::memory_order_acquire);
    while (name != nullptr && (name->hash != hash || name->text != text))
        name = name->next;
    return name;
}

const std::string* BoundedNames::find_or_add(std::string_view text) noexcept {
    if (text.empty()) return no_name();
    if (text == other_name) return others();
    const std::size_t hash = std::hash<std::string_view>{}(text);
    if (const Name* const found = find(text, hash)) return &found->text;
    return add(text, hash);
}

const std::string* BoundedNames::add(std::string_view text, std::size_t hash) noexcept {
    const std::lock_guard lock{mutex_};
    if (const Name* const found = find(text, hash)) return &found->text;
    if (left_ > 0 && text.size() <= max_bytes) {
        std::atomic<Name*>& chain = table_[hash % chains];
        try {
            auto name = std::make_unique<Name>(
                Name{std::string{text}, hash, chain.load(std::memory_order_relaxed)});
            --left_;
            chain.store(name.get(), std::memory_order_release);
            return &name.release()->text;
        } catch (const std::bad_alloc&) {
            // Shown as another for this once.
        }
    }
    overflowed_names.add();
    return others();
}

}  // namespace ctx::detail
