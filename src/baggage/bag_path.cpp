#include "baggage/list_edit.hpp"
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/detail/byte_buffer.hpp>

#include <utility>

namespace ctx {

using detail::atom_prefix;
using detail::ByteBuffer;

namespace {

// Where a path leads in a list, and how much of it is there.
struct Site {
    BagView bag;                   // the deepest bag of the path that is present
    std::string_view missing;      // headers of those that are not
    std::size_t insert_at = 0;     // where they belong
    std::size_t removed_from = 0;  // the outermost header that vanishes with the bag
};

Site find_site(const Baggage& baggage, const BagPath& path) noexcept {
    Site site{baggage.bags(), path.headers(), 0, 0};
    AtomReader reader(path.headers());
    std::size_t begin = 0;
    for (; const auto header = reader.next(); begin = reader.offset()) {
        const BagView child = site.bag.child_with_header(*header);
        if (!child.present()) {
            site.insert_at = child.end_offset();
            break;
        }
        const std::size_t child_header = child.header_offset();
        const bool only = site.bag.level() >= 0 && site.bag.begin_offset() == child_header &&
                          site.bag.end_offset() == child.end_offset();
        site.removed_from = only ? site.removed_from : child_header;
        site.bag = child;
    }
    site.missing = path.headers().substr(begin);
    return site;
}

// What cannot be rewritten: the root, and what would be deeper than 16 levels.
bool is_nowhere(const BagPath& path) noexcept {
    return path.depth() == 0 || path.depth() > max_level + 1;
}

// The header text of the string entries does not follow changes of their atoms.
void forget_text(Baggage& baggage, const BagPath& path) noexcept {
    constexpr std::string_view string_bag{"\x02\xf8\x00", 3};
    const detail::BaggageBuffer* const buffer = baggage.buffer();
    if (buffer != nullptr && path.headers().starts_with(string_bag) && is_unshared(*buffer)) {
        auto* const changed = const_cast<detail::BaggageBuffer*>(buffer);  // NOLINT: unshared
        changed->text_size = 0;
        changed->flags &= ~detail::BaggageBuffer::text_complete;
    }
}

// The place of a datum among those of a bag: before the first that is greater. Markers and, in an
// unsorted list, what stands behind a child do not count.
struct DatumPlace {
    std::size_t begin = 0;
    std::size_t end = 0;  // == begin: not there
};

DatumPlace find_datum(const BagView& bag, std::string_view payload) noexcept {
    AtomReader reader(bag.list().substr(0, bag.end_offset()), bag.begin_offset());
    DatumPlace place{bag.begin_offset(), bag.begin_offset()};
    while (const auto atom = reader.next()) {
        if (atom_prefix(*atom) >= 0x80) {
            break;
        }
        const int order = atom->empty() ? -1 : atom->substr(1).compare(payload);
        if (order >= 0) {
            return {place.begin, order == 0 ? reader.offset() : place.begin};
        }
        place = {reader.offset(), reader.offset()};
    }
    return place;
}

std::size_t count_datum(const BagView& bag, std::string_view payload) noexcept {
    std::size_t count = 0;
    for (const std::string_view datum : bag.data()) {
        count += datum == payload ? 1 : 0;
    }
    return count;
}

void append_datum(ByteBuffer& out, std::string_view payload) {
    char* const begin = out.grow(detail::atom_size(payload.size()));
    out.shrink_to(detail::write_atom(begin, '\0', payload));
}

void insert_at(Baggage& baggage, const Site& site, std::string_view content) {
    ByteBuffer bytes;
    bytes.append(site.missing);
    bytes.append(content);
    detail::splice(baggage, {site.insert_at, site.insert_at, bytes.view()});
}

void change_content(Baggage& baggage, const BagPath& path, std::string_view content) {
    if (is_nowhere(path)) {
        return;
    }
    ByteBuffer bytes;  // the content may lie in the list that is changed
    bytes.append(content);
    if (!baggage.bags().sorted()) {
        detail::erase_everywhere(baggage, path, std::nullopt);
    }
    const Site site = find_site(baggage, path);
    if (!site.missing.empty()) {
        if (bytes.size() != 0) {
            insert_at(baggage, site, bytes.view());
        }
        return;
    }
    const std::size_t begin = site.bag.begin_offset();
    const std::size_t end = site.bag.end_offset();
    detail::keep_markers(bytes, site.bag.content(), baggage.overflowed());
    const bool vanishes = content.empty() && bytes.size() == 0;
    const std::size_t from = vanishes          ? site.removed_from
                             : content.empty() ? site.bag.header_offset()
                                               : begin;
    detail::splice(baggage, {from, end, bytes.view()});
}

void add_datum(Baggage& baggage, const BagPath& path, std::string_view payload) {
    if (is_nowhere(path)) {
        return;
    }
    Site site = find_site(baggage, path);
    ByteBuffer datum;
    append_datum(datum, payload);
    if (site.missing.empty()) {
        const DatumPlace place = find_datum(site.bag, payload);
        if (place.begin != place.end || count_datum(site.bag, payload) != 0) {
            return;  // the data of a sorted list may be unsorted
        }
        site.insert_at = place.begin;
    }
    insert_at(baggage, site, datum.view());
}

void take_datum(Baggage& baggage, const BagPath& path, std::string_view payload) {
    if (is_nowhere(path)) {
        return;
    }
    const Site site = find_site(baggage, path);
    const std::size_t count = site.missing.empty() ? count_datum(site.bag, payload) : 0;
    if (count == 0) {
        return;
    }
    const DatumPlace place = find_datum(site.bag, payload);
    if (!site.bag.sorted() || place.begin == place.end || count != 1) {
        detail::erase_everywhere(baggage, path, payload);
        return;
    }
    const bool last = place.begin == site.bag.begin_offset() && place.end == site.bag.end_offset();
    detail::splice(
        baggage, {last && site.bag.level() >= 0 ? site.removed_from : place.begin, place.end, {}});
}

}  // namespace

namespace detail {

void set_content(Baggage& baggage, const BagPath& path, std::string_view content) {
    change_content(baggage, path, content);
    forget_text(baggage, path);
}

void insert_datum(Baggage& baggage, const BagPath& path, std::string_view payload) {
    add_datum(baggage, path, payload);
    forget_text(baggage, path);
}

void erase_datum(Baggage& baggage, const BagPath& path, std::string_view payload) {
    take_datum(baggage, path, payload);
    forget_text(baggage, path);
}

bool append_moved(std::string& out, std::string_view content, unsigned from, unsigned to) {
    const auto difference = static_cast<int>(to) - static_cast<int>(from);
    for (AtomReader reader(content); const auto atom = reader.next();) {
        const std::size_t begin = out.size();
        append_atom(out, *atom);
        const unsigned prefix = atom_prefix(*atom);
        if (prefix < 0x80) {
            continue;
        }
        const int level = level_of_prefix(prefix) + difference;
        if (level < 0 || level > static_cast<int>(max_level)) {
            out.resize(begin);
            return false;
        }
        const unsigned moved = least_prefix(level) | (prefix & 7U);
        out[out.size() - atom->size()] = static_cast<char>(moved);
    }
    return true;
}

}  // namespace detail

Baggage with_content(Baggage baggage, const BagPath& path, std::string_view content) {
    detail::set_content(baggage, path, content);
    return baggage;
}

Baggage with_datum(Baggage baggage, const BagPath& path, std::string_view payload) {
    detail::insert_datum(baggage, path, payload);
    return baggage;
}

Baggage without_datum(Baggage baggage, const BagPath& path, std::string_view payload) {
    detail::erase_datum(baggage, path, payload);
    return baggage;
}

}  // namespace ctx
