#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/bag_view.hpp>

#include <utility>

namespace ctx {

using detail::atom_prefix;
using detail::level_of_prefix;

BagReader::BagReader(std::string_view list) noexcept : reader_(list), atom_(reader_.next()) {}

void BagReader::note_header() {
    const int level = level_of_prefix(atom_prefix(*atom_));
    for (int skipped = deepest_ + 1; skipped < level; ++skipped) {
        place_[skipped] = {};
    }
    place_[level] = *atom_;
    deepest_ = level;
}

void BagReader::note_marker() {
    if (overflow_seen_) {
        return;
    }
    overflow_seen_ = true;
    for (int level = 0; level <= deepest_; ++level) {
        if (!place_[level].empty()) {
            append_atom(overflow_path_, place_[level]);
        }
    }
    append_atom(overflow_path_, {});
}

void BagReader::advance() {
    if (atom_prefix(*atom_) >= 0x80) {
        note_header();
    }
    atom_ = reader_.next();
}

void BagReader::skip_markers() {
    while (atom_.has_value() && atom_->empty()) {
        note_marker();
        advance();
    }
}

void BagReader::leave_atom() {
    append_atom(leftovers_, *atom_);
    advance();
    skip_markers();
}

// Markers before data, and data before children: what is left of the current bag's own data.
void BagReader::settle_data() {
    const bool did_read = depth_ == 0 ? root_.did_read : open_[depth_ - 1].did_read;
    skip_markers();
    while (atom_.has_value() && atom_prefix(*atom_) < 0x80) {
        if (did_read) {
            advance();
            skip_markers();
        } else {
            leave_atom();
        }
    }
}

bool BagReader::at_child() const noexcept {
    return atom_.has_value() && level_of_prefix(atom_prefix(*atom_)) > current_level();
}

// The header of a child and everything in it.
void BagReader::leave_subtree() {
    const int level = level_of_prefix(atom_prefix(*atom_));
    do {
        leave_atom();
    } while (atom_.has_value() &&
             (atom_prefix(*atom_) < 0x80 || level_of_prefix(atom_prefix(*atom_)) > level));
}

bool BagReader::enter_header(std::string_view header) {
    settle_data();
    while (at_child() && *atom_ < header) {
        leave_subtree();
    }
    if (!at_child() || *atom_ != header) {
        return false;
    }
    open_[depth_++] = {*atom_, leftovers_.size(), false};
    append_atom(leftovers_, *atom_);
    advance();
    return true;
}

bool BagReader::enter(std::uint64_t index) {
    if (depth_ > max_level) {
        return false;
    }
    char header[detail::max_index_header_bytes];
    const char* const end = detail::write_header(header, static_cast<unsigned>(depth_), index);
    return enter_header({header + 1, static_cast<std::size_t>(end - header - 1)});
}

bool BagReader::enter(std::string_view key) {
    if (depth_ > max_level) {
        return false;
    }
    std::string header(1, header_prefix(static_cast<unsigned>(depth_), true));
    header += key;
    return enter_header(header);
}

std::optional<std::string_view> BagReader::next() {
    skip_markers();
    if (!atom_.has_value() || atom_prefix(*atom_) >= 0x80) {
        return std::nullopt;
    }
    const std::string_view payload = atom_->substr(1);
    (depth_ == 0 ? root_ : open_[depth_ - 1]).did_read = true;
    advance();
    return payload;
}

void BagReader::exit() {
    if (depth_ == 0) {
        return;
    }
    settle_data();
    while (at_child()) {
        leave_subtree();
    }
    const Open& closed = open_[--depth_];
    if (leftovers_.size() == closed.leftovers_begin + serialized_size(closed.header)) {
        leftovers_.resize(closed.leftovers_begin);  // everything in it was taken
    }
}

std::string BagReader::finish() {
    while (depth_ != 0) {
        exit();
    }
    settle_data();
    while (atom_.has_value()) {
        leave_subtree();
    }
    return std::move(leftovers_);
}

}  // namespace ctx
