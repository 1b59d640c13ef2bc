// In-process values of a context: an immutable, counted array of counted values.

#pragma once

#include <ctx/context/detail/reference_count.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ctx::detail {

struct LocalValue;

/// The identity of a Key: its address. The functions know the value's type.
struct KeyBase {
    const char* name;
    /// The value for a join of two contexts that both have one, or null: the first one's stays.
    LocalValue* (*join)(const LocalValue& a, const LocalValue& b);
};

struct LocalValue {
    ReferenceCount references;
    const KeyBase* key;
    void (*destroy)(LocalValue*) noexcept;

    LocalValue(const KeyBase* k, void (*d)(LocalValue*) noexcept) noexcept : key(k), destroy(d) {}

    void release() noexcept {
        if (references.release()) destroy(this);
    }
};

template <typename T>
struct TypedLocalValue : LocalValue {
    T value;

    template <typename... Args>
    explicit TypedLocalValue(const KeyBase* k, Args&&... args)
        : LocalValue(k, &destroy_typed), value(std::forward<Args>(args)...) {}

    static void destroy_typed(LocalValue* base) noexcept {
        delete static_cast<TypedLocalValue*>(base);
    }
};

struct LocalValues {
    ReferenceCount references;
    std::uint32_t count = 0;

    [[nodiscard]] LocalValue** begin() noexcept { return reinterpret_cast<LocalValue**>(this + 1); }
    [[nodiscard]] LocalValue* const* begin() const noexcept {
        return reinterpret_cast<LocalValue* const*>(this + 1);
    }

    /// The value under `key`, or null.
    [[nodiscard]] const LocalValue* find(const KeyBase* key) const noexcept {
        for (std::uint32_t i = 0; i < count; ++i) {
            if (begin()[i]->key == key) return begin()[i];
        }
        return nullptr;
    }
};

/// A copy of `values` (null: none) that holds `value`, whose reference it takes over, in place of
/// the one under the same key. @throws std::bad_alloc, and `value` is released.
LocalValues* with_value(const LocalValues* values, LocalValue* value);

/// `a`'s values; where both have a value under a key that can join, the joined one.
LocalValues* join_values(LocalValues* a, const LocalValues* b);

/// `a`'s values and all of `b`'s, which replace those of the same key. @throws std::bad_alloc
LocalValues* united(const LocalValues* a, const LocalValues& b);

inline LocalValues* share(LocalValues* values) noexcept {
    if (values != nullptr) values->references.add();
    return values;
}

void release(LocalValues* values) noexcept;

}  // namespace ctx::detail
