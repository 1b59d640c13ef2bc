// The values without a place that are asked for most, in bounded memory: Metwally, Agrawal and
// El Abbadi's Space-Saving.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ctx::detail {

class Candidates {
public:
    explicit Candidates(std::size_t capacity) : capacity_(capacity) {}

    /// One more request carries `value`. When all entries are taken, the least asked for gives its
    /// entry up.
    void add(std::string_view value);

    struct Entry {
        std::string value;
        double count = 0;  // at most `surplus` too many
        double surplus = 0;

        [[nodiscard]] double sure() const noexcept { return count - surplus; }
    };
    /// Those that surely have a request, the most asked for first. Borrowed.
    [[nodiscard]] std::vector<const Entry*> by_requests() const;
    void remove(const std::string& value);

    /// Makes what was counted so far weigh less.
    void scale(double factor) noexcept;

private:
    [[nodiscard]] std::size_t least() noexcept;

    std::size_t capacity_;
    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> places_;
    // Where least() goes on looking, and for what: no entry counts less while all are taken. In a
    // flood, where many count the same, it looks at each once per count.
    std::size_t cursor_ = 0;
    double least_count_ = 0;
};

}  // namespace ctx::detail
