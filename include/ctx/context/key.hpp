// ctx/context/key.hpp: values that follow a request inside this process and are never sent.
//
//     inline const ctx::Key<std::chrono::steady_clock::time_point> deadline{
//         "deadline", ctx::join_min};
//
//     ctx::Scope scope{ctx::current().with(deadline, now + 2s)};
//     if (const auto* limit = ctx::current().get(deadline)) { … }
//
// Threads   A key may be used from any thread; a stored value is shared, so reading it must be
//           safe from several threads at once.
// Errors    Destructors of stored values must not throw. They run on the thread that releases the
//           last context that holds the value, under an empty context.
// Cost      get() compares one address per stored value; with() allocates the value and a copy of
//           the (few) pointers.

#pragma once

#include <ctx/context/detail/local_values.hpp>

#include <algorithm>
#include <type_traits>

namespace ctx {

/// The smaller of two values: the joiner for deadlines and budgets.
inline constexpr auto join_min = [](const auto& a, const auto& b) { return std::min(a, b); };

/// Names a local value of type T. A key is known by its address: define it once, with static
/// storage duration, in the one library that owns it.
template <typename T>
class Key : public detail::KeyBase {
    static_assert(std::is_nothrow_destructible_v<T>, "a local value's destructor must not throw");

public:
    /// @param key_name  for diagnostics; must outlive the key.
    explicit constexpr Key(const char* key_name) noexcept : KeyBase{key_name, nullptr} {}

    /// @param join  a stateless callable `T(const T&, const T&)` that combines the values of two
    ///              branches when they are joined. Without one the first branch's value stays.
    template <typename Join>
    requires std::is_empty_v<Join> && std::is_invocable_r_v<T, Join, const T&, const T&>
    constexpr Key(const char* key_name, Join) noexcept : KeyBase{key_name, &join_values<Join>} {}

    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

private:
    template <typename Join>
    static detail::LocalValue* join_values(const detail::LocalValue& a,
                                           const detail::LocalValue& b) {
        using Typed = detail::TypedLocalValue<T>;
        static_assert(std::is_default_constructible_v<Join>);
        return new Typed(
            a.key, Join{}(static_cast<const Typed&>(a).value, static_cast<const Typed&>(b).value));
    }
};

}  // namespace ctx
