// Baggage::set and Baggage::remove: splices inside bag 0, field 0; every other byte stays.

#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <string>

namespace ctx {

using detail::BaggageBuffer;
using detail::StringEntry;
using detail::StringWalker;

namespace {

// What a key is set to.
struct NewEntry {
    std::string_view key;
    std::string value;
    std::string properties;

    NewEntry(std::string_view key_text, std::string_view value_text, std::string_view list)
        : key(key_text), properties(list.size(), '\0') {
        append_valid_utf8(value, value_text);
        const detail::WrittenProperties written = detail::write_properties(properties.data(), list);
        properties.resize(static_cast<std::size_t>(written.end - properties.data()));
    }

    [[nodiscard]] std::size_t atoms_size() const noexcept {
        std::size_t size = detail::atom_size(key.size()) + detail::atom_size(value.size());
        if (!properties.empty()) {
            size += detail::atom_size(value.size()) + detail::atom_size(properties.size());
        }
        return size;
    }

    char* write_atoms(char* out) const noexcept {
        out = detail::write_atom(out, detail::entry_prefix, key);
        out = detail::write_atom(out, detail::data_prefix, value);
        if (!properties.empty()) {
            out = detail::write_atom(out, detail::properties_prefix, value);
            out = detail::write_atom(out, detail::data_prefix, properties);
        }
        return out;
    }

    [[nodiscard]] std::size_t text_size() const noexcept {
        return key.size() + 1 + detail::encoded_size(value) +
               (properties.empty() ? 0 : 1 + properties.size());
    }

    char* write_member(char* out) const noexcept {
        out = detail::write_text(out, key);
        *out++ = '=';
        out = detail::write_encoded(out, value);
        if (!properties.empty()) {
            *out++ = ';';
            out = detail::write_text(out, properties);
        }
        return out;
    }
};

// Where a new entry goes, and which headers have to be written with it.
struct Place {
    std::size_t offset = 0;
    std::size_t headers_from = detail::string_headers.size();  // of string_headers

    [[nodiscard]] std::string_view headers() const noexcept {
        return detail::string_headers.substr(headers_from);
    }
};

constexpr std::size_t with_field = 3;  // string_headers from the field's header on
constexpr std::size_t with_bag = 0;

// The place in a list without any entry: in field 0 of bag 0, as much of it as there is.
Place find_place_without_entries(std::string_view atoms) noexcept {
    enum class Inside { nothing, bag, field };
    Inside inside = Inside::nothing;
    AtomReader reader(atoms);
    std::size_t begin = 0;
    for (; const auto atom = reader.next(); begin = reader.offset()) {
        const unsigned char prefix = detail::prefix_of(*atom);
        const bool is_field = inside == Inside::bag && *atom == detail::string_field;
        if (is_field) {
            inside = Inside::field;
            continue;
        }
        if (inside == Inside::field && prefix > static_cast<unsigned char>(detail::entry_prefix)) {
            return {begin, detail::string_headers.size()};
        }
        if (inside == Inside::bag && prefix >= detail::level1) {
            return {begin, with_field};
        }
        if (inside == Inside::nothing && *atom == detail::string_bag) {
            inside = Inside::bag;
        } else if (prefix >= detail::level0 && *atom > detail::string_bag) {
            return {begin, with_bag};
        }
    }
    return {begin, inside == Inside::field ? detail::string_headers.size()
                   : inside == Inside::bag ? with_field
                                           : with_bag};
}

Place find_place(std::string_view atoms, std::string_view key) noexcept {
    StringWalker walker(atoms);
    StringEntry entry;
    Place behind_last;
    std::optional<Place> before_greater;
    bool any = false;
    while (walker.next(entry)) {
        if (entry.key == key) {
            return {entry.begin};
        }
        if (!before_greater.has_value() && entry.key > key) {
            before_greater = Place{entry.begin};
        }
        behind_last.offset = entry.end;
        any = true;
    }
    return !any ? find_place_without_entries(atoms) : before_greater.value_or(behind_last);
}

// Copies a list with one key's entries taken out and, if asked, one entry put in.
class Splicer {
public:
    Splicer(std::string_view atoms, char* out) noexcept : atoms_(atoms), out_(out) {}

    void put(const NewEntry& entry, Place place) noexcept {
        entry_ = &entry;
        place_ = place;
    }

    // Returns the end of what was written.
    char* run(std::string_view key) noexcept {
        StringWalker walker(atoms_);
        StringEntry entry;
        bool more = walker.next(entry);
        while (more) {
            if (entry.key != key) {
                more = walker.next(entry);
                continue;
            }
            StringEntry range = entry;
            const std::size_t bag = walker.bag_begin();
            const std::size_t field = walker.field_begin();
            while ((more = walker.next(entry)) && entry.key == key && entry.begin == range.end) {
                range.end = entry.end;
                range.markers += entry.markers;
            }
            take_out(range, bag, field);
        }
        put_when_reached(atoms_.size());
        copy_until(atoms_.size());
        return out_;
    }

private:
    void copy_until(std::size_t offset) noexcept {
        out_ = detail::write_text(out_, atoms_.substr(copied_, offset - copied_));
        copied_ = offset;
    }

    void put_when_reached(std::size_t offset) noexcept {
        if (entry_ != nullptr && place_.offset <= offset) {
            copy_until(place_.offset);
            out_ = detail::write_text(out_, place_.headers());
            out_ = entry_->write_atoms(out_);
            entry_ = nullptr;
        }
    }

    void take_out(const StringEntry& range, std::size_t bag, std::size_t field) noexcept {
        const bool replaced = entry_ != nullptr && place_.offset == range.begin;
        put_when_reached(range.begin);
        if (!replaced) {
            copy_until(std::max(copied_, begin_of_what_vanishes(range, bag, field)));
        }
        for (std::size_t i = 0; i < range.markers; ++i) {
            *out_++ = '\0';
        }
        copied_ = range.end;
    }

    // An empty bag is not written: the headers go with the last thing below them.
    [[nodiscard]] std::size_t begin_of_what_vanishes(const StringEntry& range, std::size_t bag,
                                                     std::size_t field) const noexcept {
        const auto after = AtomReader(atoms_, range.end).next();
        const unsigned char next = after.has_value() ? detail::prefix_of(*after) : 0xff;
        if (range.markers != 0 || next < detail::level1 || !is_header_at(field, range.begin)) {
            return range.begin;
        }
        return next >= detail::level0 && is_header_at(bag, field) ? bag : field;
    }

    // Whether one atom stands from `begin` to `end`.
    [[nodiscard]] bool is_header_at(std::size_t begin, std::size_t end) const noexcept {
        AtomReader reader(atoms_, begin);
        return reader.next().has_value() && reader.offset() == end;
    }

    std::string_view atoms_;
    char* out_;
    std::size_t copied_ = 0;
    const NewEntry* entry_ = nullptr;
    Place place_;
};

// The text with one key's member replaced, appended or (no entry) left out.
char* write_text_with(char* out, std::string_view text, std::string_view key,
                      const NewEntry* entry) noexcept {
    const char* const begin = out;
    const auto separate = [&] {
        if (out != begin) {
            *out++ = ',';
        }
    };
    detail::TextMembers members(text);
    std::string_view member;
    while (members.next(member)) {
        if (detail::key_of_member(member) != key) {
            separate();
            out = detail::write_text(out, member);
        } else if (entry != nullptr) {
            separate();
            out = entry->write_member(out);
            entry = nullptr;
        }
    }
    if (entry != nullptr) {
        separate();
        out = entry->write_member(out);
    }
    return out;
}

Baggage rewrite(const Baggage& from, std::string_view key, const NewEntry* entry) {
    const std::string_view atoms = from.atoms();
    const BaggageBuffer* const old = from.buffer();
    const std::string_view text = old == nullptr ? std::string_view{} : old->text();
    std::size_t capacity = atoms.size() + text.size();
    if (entry != nullptr) {
        capacity += detail::string_headers.size() + entry->atoms_size() + 1 + entry->text_size();
    }
    BaggageBuffer* const buffer = detail::create_buffer(capacity);
    Baggage made = Baggage::adopt(buffer);
    Splicer splicer(atoms, buffer->data());
    if (entry != nullptr) {
        splicer.put(*entry, find_place(atoms, key));
    }
    const char* const atoms_end = splicer.run(key);
    buffer->atoms_size = static_cast<std::uint32_t>(atoms_end - buffer->data());
    if (buffer->atoms_size == 0) {
        return {};
    }
    char* const text_begin = buffer->data() + buffer->atoms_size;
    const char* const text_end = write_text_with(text_begin, text, key, entry);
    buffer->text_size = static_cast<std::uint32_t>(text_end - text_begin);
    // Without entries before, the text that is written now is all there is.
    const bool had_none = old == nullptr || detail::string_facts(*old).end == 0;
    buffer->flags =
        (old == nullptr ? 0 : old->flags) | (had_none ? BaggageBuffer::text_complete : 0U);
    if (old != nullptr) {
        buffer->component.store(detail::take_component(*old), std::memory_order_relaxed);
    }
    return made;
}

}  // namespace

Baggage Baggage::set(BaggageKey key, std::string_view value, std::string_view properties) const {
    const NewEntry entry(key.text(), value, properties);
    return rewrite(*this, key.text(), &entry);
}

Baggage Baggage::remove(std::string_view key) const {
    StringWalker walker(atoms());
    StringEntry entry;
    while (walker.next(entry)) {
        if (entry.key == key) {
            return rewrite(*this, key, nullptr);
        }
    }
    return *this;
}

}  // namespace ctx
