// The key-values of a line as they are shown: secrets left out, each name once.

#pragma once

#include <ctx/logging/values.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::log::detail {

/// What is shown in place of a secret.
inline constexpr std::string_view redacted = "***";

/// Whether `name` has one of `parts` in it, in any case.
[[nodiscard]] bool is_secret_name(std::string_view name,
                                  const std::vector<std::string>& parts) noexcept;

/// A value with the name it is shown under, which may be longer than its key.
class ShownValue {
public:
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const Value& value() const noexcept { return value_; }

private:
    friend class ShownValues;

    std::array<char, max_key_bytes + 4> renamed_;  // NOLINT(*-member-init): written before read
    std::string_view name_;
    Value value_;
};

/// How a format spells the names of values: names that come out the same are the same.
struct NameSpelling {
    char (*spell)(char c) noexcept = nullptr;  ///< null: as they are
    std::size_t max_bytes = std::string_view::npos;

    [[nodiscard]] bool are_same(std::string_view a, std::string_view b) const noexcept;
};

/// Goes through the values in their order. A name that the line, a field or an earlier value has is
/// continued by `_1`, `_2`, …
class ShownValues {
public:
    using IsReserved = bool (*)(std::string_view name) noexcept;

    /// @param fields  as in RecordContext
    /// @param is_reserved  whether the line itself has a name
    ShownValues(Values values, std::string_view fields,
                const std::vector<std::string>& secret_names, IsReserved is_reserved,
                NameSpelling spelling = {}) noexcept
        : all_(values),
          fields_(fields),
          secret_names_(secret_names),
          is_reserved_(is_reserved),
          spelling_(spelling) {}

    /// Calls `show` with each ShownValue.
    template <typename Show>
    void for_each(const Show& show) const {
        ShownValue shown;
        std::size_t number = 0;
        for (const Value& value : all_) {
            prepare(shown, value, number++);
            show(static_cast<const ShownValue&>(shown));
        }
    }

private:
    void prepare(ShownValue& shown, const Value& value, std::size_t number) const noexcept;
    void rename(ShownValue& shown, int number) const noexcept;
    [[nodiscard]] bool is_of_the_line(std::string_view name) const noexcept;
    /// How many of the first `number` values have this key.
    [[nodiscard]] int count_before(std::string_view key, std::size_t number) const noexcept;

    Values all_;
    std::string_view fields_;
    const std::vector<std::string>& secret_names_;
    IsReserved is_reserved_;
    NameSpelling spelling_;
};

}  // namespace ctx::log::detail
