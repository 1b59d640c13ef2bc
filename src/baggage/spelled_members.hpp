// The members of a text sidecar by key: which entries still have their original spelling.

#pragma once

#include "baggage/w3c_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctx::detail {

// Up to 256 members; those behind are not remembered and have to be rendered again.
class SpelledMembers {
public:
    // Trivial, so that members that are not there cost nothing.
    struct Member {
        const char* begin;
        std::uint32_t key_size;
        std::uint32_t text_size;
        bool used;  // for the caller

        [[nodiscard]] std::string_view key() const noexcept { return {begin, key_size}; }
        [[nodiscard]] std::string_view text() const noexcept { return {begin, text_size}; }
    };

    explicit SpelledMembers(std::string_view text) noexcept {
        TextMembers rest(text);
        std::string_view member;
        while (count_ < max_members && rest.next(member)) {
            members_[count_] = {member.data(),
                                static_cast<std::uint32_t>(key_of_member(member).size()),
                                static_cast<std::uint32_t>(member.size()), false};
            by_key_[count_] = static_cast<std::uint16_t>(count_);
            ++count_;
        }
        std::sort(by_key_, by_key_ + count_, [this](std::uint16_t a, std::uint16_t b) {
            return members_[a].key() < members_[b].key();
        });
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    // In the order of the text, and in the order of the keys.
    [[nodiscard]] Member& operator[](std::size_t i) noexcept { return members_[i]; }
    [[nodiscard]] Member& by_key(std::size_t i) noexcept { return members_[by_key_[i]]; }

    // Null when the text has no member of that key.
    [[nodiscard]] Member* find(std::string_view key) noexcept {
        std::uint16_t* const end = by_key_ + count_;
        std::uint16_t* const found =
            std::lower_bound(by_key_, end, key, [this](std::uint16_t i, std::string_view wanted) {
                return members_[i].key() < wanted;
            });
        return found != end && members_[*found].key() == key ? &members_[*found] : nullptr;
    }

private:
    static constexpr std::size_t max_members = 256;

    std::size_t count_ = 0;
    Member members_[max_members];
    std::uint16_t by_key_[max_members];
};

}  // namespace ctx::detail
