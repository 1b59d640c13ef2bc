// Rewrites a list of atoms: string entries changed or left out, and bags that may not pass.

#pragma once

#include "baggage/string_bag.hpp"
#include <ctx/baggage/governance.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ctx::detail {

/// What becomes of one string entry. The views point into the Baggage that is rewritten.
struct EntryChange {
    StringEntry entry;
    bool dropped = false;
    bool respelled = false;            // the value is not the one that the header's member spells
    std::string_view value;            // the only one that stays
    std::string_view properties;       // of that value
    std::optional<std::uint32_t> ttl;  // to be written into the properties

    /// Bytes that the change may add to atoms and text.
    [[nodiscard]] std::size_t growth() const noexcept;
    char* write_atoms(char* out) const noexcept;
    /// The header's member, from the one that was there.
    char* write_member(char* out, std::string_view member) const noexcept;
};

/// Which bags pass. Without a FieldSet all of them, byte for byte.
struct BagRules {
    enum class Verdict : std::uint8_t { none, some_fields, whole };

    const FieldSet* fields = nullptr;
    Destination peer = Destination::inside;
    FieldAction action = FieldAction::withheld;  // what to report
    FieldReport* report = nullptr;

    [[nodiscard]] bool all_pass() const noexcept { return fields == nullptr; }
    [[nodiscard]] bool undeclared_pass() const noexcept {
        return all_pass() || peer == Destination::inside;
    }
    /// @param index  nothing: one that no declaration can name.
    [[nodiscard]] Verdict judge_bag(std::optional<std::uint64_t> index) const noexcept;
    [[nodiscard]] bool field_passes(std::optional<std::uint64_t> bag,
                                    std::optional<std::uint64_t> field) const noexcept;
    /// Why a bag, or a field of it, does not pass.
    [[nodiscard]] FieldReason reason_for(std::uint64_t bag,
                                         std::optional<std::uint64_t> field) const noexcept;
};

/// One walk over a list. Bags that do not pass are left out with all that is below them; a header
/// is written when the first thing below it is, so that none remains empty. Overflow markers keep
/// their place.
class ListFilter {
public:
    /// @param changes  in the order of the list.
    ListFilter(std::string_view atoms, std::span<const EntryChange> changes,
               const BagRules& rules) noexcept
        : atoms_(atoms),
          changes_(changes),
          rules_(rules),
          keeping_(rules.undeclared_pass()),
          whole_bag_(keeping_) {}

    /// Writes the result. @param out  with room for the list and the growth of the changes; null
    /// measures only, without changes. @return the size.
    std::size_t run(char* out) noexcept;

private:
    struct OpenHeader {
        unsigned level = 0;
        std::string_view bytes;
    };

    void open(unsigned level, std::string_view atom, std::string_view bytes) noexcept;
    void open_bag(std::string_view atom, std::string_view bytes) noexcept;
    void open_field(std::string_view atom, std::string_view bytes) noexcept;
    void add_content(std::string_view atom, std::string_view bytes) noexcept;
    /// Applies the change that stands at `begin`. @return where to go on, or nothing.
    std::optional<std::size_t> change_entry(std::size_t begin) noexcept;
    void wait(unsigned level, std::string_view bytes) noexcept;
    void close_down_to(unsigned level) noexcept;
    void write_headers() noexcept;
    void write(std::string_view bytes) noexcept;
    void report_left_out(std::size_t end) noexcept;

    std::string_view atoms_;
    std::span<const EntryChange> changes_;
    BagRules rules_;

    char* out_ = nullptr;
    std::size_t size_ = 0;
    std::array<OpenHeader, 16> waiting_;
    std::size_t waiting_count_ = 0;

    bool keeping_;    // what is below the innermost open header is written
    bool whole_bag_;  // what is below the innermost bag is written, whatever it is
    bool in_string_bag_ = false;
    bool in_strings_ = false;
    std::optional<std::uint64_t> bag_;
    std::optional<std::uint64_t> left_out_bag_;  // being left out, whole or a field of it
    std::optional<std::uint64_t> left_out_field_;
    std::size_t left_out_begin_ = 0;
};

}  // namespace ctx::detail
