// ctx/baggage/bag_reader.hpp: takes a list apart, and keeps what nobody took.
//
//     ctx::BagReader reader{list};
//     if (reader.enter(10)) {                        // bag 10
//         while (auto payload = reader.next()) { use(*payload); }
//         reader.exit();
//     }
//     std::string mine = rewrite_bag_10();
//     std::string out = ctx::merge_atoms(reader.finish(), mine);   // nothing of others is lost
//
// The reader of the Tracing Plane's baggage protocol (section 4.3 of its rules): it moves forward
// only, and what is skipped, unknown bags, unknown fields, values that were not read, becomes a
// well-formed list of its own. Who only wants to look uses bag_view.hpp.
//
// Threads   A reader belongs to one thread. It borrows the list until finish().
// Errors    Reading is total. A bag that an unsorted sender put behind a greater one is not found;
//           it is among the leftovers. std::bad_alloc only.
// Cost      One pass; the leftovers are one growing string.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/header.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

class CTX_EXPORT BagReader {
public:
    explicit BagReader(std::string_view list) noexcept;

    /// Opens a child of the current bag; what stands before it is left over. On false the reader
    /// stays in the current bag, before the child that is greater.
    [[nodiscard]] bool enter(std::uint64_t index);
    [[nodiscard]] bool enter(std::string_view key);

    /// The next datum of the current bag; nothing when its data are used up. Data of a bag that
    /// are not read are left over if none was, else dropped: so conflicting values of a register
    /// become the one that was read.
    [[nodiscard]] std::optional<std::string_view> next();

    /// Closes the current bag; children that were not entered are left over.
    void exit();

    /// Closes everything. @return the leftovers, every bag with the headers above it, without
    ///         overflow markers. Call it once.
    [[nodiscard]] std::string finish();

    /// Whether a marker has been passed, and where the first one was: the headers of the bags it
    /// stood in, then the marker.
    [[nodiscard]] bool overflow_seen() const noexcept { return overflow_seen_; }
    [[nodiscard]] const std::string& overflow_path() const noexcept { return overflow_path_; }

private:
    struct Open {
        std::string_view header;
        std::size_t leftovers_begin = 0;  // of its header among the leftovers
        bool did_read = false;
    };

    [[nodiscard]] bool enter_header(std::string_view header);
    void advance();
    void note_header();
    void note_marker();
    void skip_markers();
    void settle_data();
    void leave_atom();
    void leave_subtree();
    [[nodiscard]] int current_level() const noexcept { return static_cast<int>(depth_) - 1; }
    [[nodiscard]] bool at_child() const noexcept;

    AtomReader reader_;
    std::optional<std::string_view> atom_;  // the next one
    std::string leftovers_;
    Open root_;
    Open open_[max_level + 1];
    std::size_t depth_ = 0;
    std::string_view place_[max_level + 1];  // headers above the next atom, by level
    int deepest_ = -1;
    bool overflow_seen_ = false;
    std::string overflow_path_;
};

}  // namespace ctx
