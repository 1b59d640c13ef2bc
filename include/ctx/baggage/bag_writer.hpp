// ctx/baggage/bag_writer.hpp: writes a tree of bags as a list of atoms.
//
//     ctx::BagWriter writer;
//     writer.enter(10);             // bag 10
//     writer.enter(11);             //   its field 11
//     writer.data("\x03");
//     writer.exit();
//     writer.exit();
//     send(writer.atoms());         // 02f80a 02f00b 020003
//
// The result is canonical (Tracing Plane 4.2) if each bag is written as data in ascending order,
// then children in ascending order: bags that stay empty are left out, lengths and indexes have
// their shortest form, levels grow by one.
//
// Threads   A writer belongs to one thread.
// Errors    enter() refuses a seventeenth level; what is written until the exit() that belongs to
//           it is left out. std::bad_alloc only.
// Cost      Amortized allocations of one string.

#pragma once

#include <ctx/baggage/header.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctx {

class CTX_EXPORT BagWriter {
public:
    /// Opens a child of the current bag. @return false: there is no seventeenth level.
    bool enter(std::uint64_t index, bool take_first = false);
    bool enter(std::string_view key, bool take_first = false);

    /// Appends a data atom to the current bag; its children have to come after.
    void data(std::string_view payload);

    /// Sorts the data of the current bag and drops duplicates. Call it before the first child.
    void sort_data();

    /// Says that from here on something may be missing. Only the first call writes a marker, which
    /// is the one that counts.
    void mark_overflow();

    /// Closes the current bag; without one it does nothing.
    void exit();

    /// Everything written so far.
    [[nodiscard]] const std::string& atoms() const noexcept { return atoms_; }

private:
    bool open(std::size_t begin);

    std::string atoms_;
    std::size_t header_begin_[max_level + 1] = {};
    std::size_t content_begin_[max_level + 1] = {};
    std::size_t depth_ = 0;     // open bags
    std::size_t too_deep_ = 0;  // refused bags that were not closed yet
    bool marked_ = false;
};

}  // namespace ctx
