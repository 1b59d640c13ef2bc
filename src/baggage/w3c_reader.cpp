#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/baggage/w3c_baggage.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace ctx {

using detail::BaggageBuffer;
using detail::W3CMember;

namespace {

// Writes the decoded bytes, which are not more than the value's; a bad escape stays.
char* percent_decode(char* out, std::string_view value) noexcept {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '%' && i + 2 < value.size()) {
            const int high = detail::hex_digit(value[i + 1]);
            const int low = detail::hex_digit(value[i + 2]);
            if (high >= 0 && low >= 0) {
                *out++ = static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        *out++ = value[i];
    }
    return out;
}

// The first eight bytes of a key as a number that orders as they do.
std::uint64_t order_key(const char* key, std::size_t size, const char* end) noexcept {
    std::uint64_t word = 0;
    const auto readable = static_cast<std::size_t>(end - key);
    if (readable >= sizeof word) {
        std::memcpy(&word, key, sizeof word);
    } else {
        std::memcpy(&word, key, readable);
    }
    if constexpr (std::endian::native == std::endian::little) {
        word = __builtin_bswap64(word);
    }
    return size >= sizeof word ? word : word & ~(~std::uint64_t{0} >> (8 * size));
}

std::string_view key_of(const W3CMember& member) noexcept {
    return {member.begin, member.key_size};
}

std::string_view value_of(const W3CMember& member) noexcept {
    return {member.begin + member.value_offset, member.value_size};
}

std::string_view properties_of(const W3CMember& member) noexcept {
    return {member.begin + member.properties_offset, member.properties_size};
}

int compare_keys(const W3CMember& a, const W3CMember& b) noexcept {
    if (a.order_key != b.order_key) {
        return a.order_key < b.order_key ? -1 : 1;
    }
    return key_of(a).compare(key_of(b));
}

// The properties of a member, p behind the first ";". Returns where the member ends, or null.
const char* scan_properties(const char* p, const char* end, W3CMember& member) noexcept {
    const char* const begin = p;
    member.properties_offset = static_cast<std::uint32_t>(p - member.begin);
    std::size_t size = 0;  // without OWS
    while (true) {
        detail::Property property;
        const detail::PropertyStatus status = detail::read_property(p, end, property);
        if (status == detail::PropertyStatus::malformed) {
            return nullptr;
        }
        member.respell |= status == detail::PropertyStatus::empty;
        size += property.key.size() + property.value.size() + (property.has_value ? 1 : 0);
        if (p == end || *p == ',') {
            member.properties_spaced = size != static_cast<std::size_t>(p - begin);
            return p;
        }
        ++p;
        ++size;
    }
}

// Reads the member at `p`, which is no OWS. Returns where it ends (at "," or at the end), or null.
const char* scan_member(const char* p, const char* end, W3CMember& member) noexcept {
    member.begin = p;
    member.respell = false;
    member.dropped = false;
    member.properties_size = 0;
    member.bad_escapes = 0;
    p = detail::skip_class(p, end, detail::token_class);
    member.key_size = static_cast<std::uint32_t>(p - member.begin);
    p = detail::skip_class(p, end, detail::ows_class);
    if (member.key_size == 0 || p == end || *p != '=') {
        return nullptr;
    }
    p = detail::skip_class(p + 1, end, detail::ows_class);
    member.value_offset = static_cast<std::uint32_t>(p - member.begin);
    unsigned seen = 0;
    for (unsigned c = 0; p != end && ((c = detail::w3c_class(*p)) & detail::value_class) != 0;
         ++p) {
        seen |= c;
    }
    member.value_size = static_cast<std::uint32_t>(p - member.begin) - member.value_offset;
    member.escaped = (seen & detail::percent_class) != 0;
    p = detail::skip_class(p, end, detail::ows_class);
    bool has_properties = false;
    if (p != end && *p == ';') {
        has_properties = true;
        p = scan_properties(p + 1, end, member);
    }
    if (p == nullptr || (p != end && *p != ',')) {
        return nullptr;
    }
    const auto size = static_cast<std::size_t>(p - member.begin);
    member.text_size = static_cast<std::uint32_t>(detail::strip_ows({member.begin, size}).size());
    member.comma_follows = p != end && member.text_size == size;
    if (has_properties) {
        member.properties_size = static_cast<std::uint32_t>(size) - member.properties_offset;
    }
    return p;
}

// Writes one entry; capacity_of() bounds what it takes.
char* write_entry(char* out, const W3CMember& member, ParseReport& report) noexcept {
    out = detail::write_atom(out, detail::entry_prefix, key_of(member));
    std::string_view value = value_of(member);
    if (member.escaped) {
        // The length comes first but is known last: decode where the longest prefix leaves room.
        char* const room = out + detail::atom_size(value.size()) - value.size();
        char* const room_end = room + value.size();
        const char* end = percent_decode(room, value);
        auto size = static_cast<std::size_t>(end - room);
        if (!is_valid_utf8({room, size})) {
            // Three bytes of header stand for each byte that U+FFFD (three bytes) may replace, so
            // writing from the front never catches up with reading from the back.
            ++report.ill_formed_utf8;
            std::memmove(room_end - size, room, size);
            end = detail::write_valid_utf8(room, {room_end - size, size});
            size = static_cast<std::size_t>(end - room);
        }
        char* const begin = detail::write_varint(out, size + 1);
        *begin = detail::data_prefix;
        std::memmove(begin + 1, room, size);
        out = begin + 1 + size;
        value = {begin + 1, size};
    } else {
        out = detail::write_atom(out, detail::data_prefix, value);
    }
    if (member.properties_size == 0) {
        return out;
    }
    char* const child = out;
    out = detail::write_atom(out, detail::properties_prefix, value);
    const std::string_view list = properties_of(member);
    if (!member.properties_spaced && !member.respell) {
        return detail::write_atom(out, detail::data_prefix, list);
    }
    char* const room = out + detail::atom_size(list.size()) - list.size();
    const auto size = static_cast<std::size_t>(detail::write_properties(room, list).end - room);
    if (size == 0) {
        return child;  // nothing but empty ones
    }
    char* const begin = detail::write_varint(out, size + 1);
    *begin = detail::data_prefix;
    std::memmove(begin + 1, room, size);
    return begin + 1 + size;
}

std::size_t capacity_of(const W3CMember& member) noexcept {
    std::size_t size = detail::atom_size(member.key_size) + detail::atom_size(member.value_size);
    if (member.properties_size != 0) {
        size += detail::atom_size(member.value_size) + detail::atom_size(member.properties_size);
    }
    return size + member.text_size + 2 * std::size_t{member.bad_escapes} + 1;
}

// The member without what no peer should get: bad escapes, empty properties.
char* write_respelled(char* out, const W3CMember& member) noexcept {
    out = detail::write_text(out, key_of(member));
    *out++ = '=';
    const std::string_view value = value_of(member);
    for (std::size_t i = 0; i < value.size(); ++i) {
        *out++ = value[i];
        if (value[i] == '%' && detail::count_bad_escapes(value.substr(i, 3)) != 0) {
            *out++ = '2';
            *out++ = '5';
        }
    }
    if (member.properties_size != 0) {
        char* const list = detail::write_properties(out + 1, properties_of(member)).end;
        if (list != out + 1) {
            *out = ';';
            out = list;
        }
    }
    return out;
}

// All members that were not dropped. Neighbours with nothing but the separator between them, which
// is the rule, are copied at once.
char* write_members_text(char* out, const W3CMember* members, std::size_t count) noexcept {
    const char* const begin = out;
    for (std::size_t i = 0; i < count; ++i) {
        const W3CMember& member = members[i];
        if (member.dropped) {
            continue;
        }
        if (out != begin) {
            *out++ = ',';
        }
        if (member.respell) {
            out = write_respelled(out, member);
            continue;
        }
        const char* end = member.begin + member.text_size;
        while (i + 1 < count && members[i].comma_follows && members[i + 1].begin == end + 1 &&
               !members[i + 1].dropped && !members[i + 1].respell) {
            ++i;
            end = members[i].begin + members[i].text_size;
        }
        out = detail::write_text(out, {member.begin, static_cast<std::size_t>(end - member.begin)});
    }
    return out;
}

}  // namespace

W3CBaggageReader::W3CBaggageReader(BaggageLimits limits) noexcept : limits_(limits) {
    limits_.max_members = std::min(limits_.max_members, max_members);
    // Offsets are 32 bits wide, and a value may be written twice.
    limits_.max_bytes = std::min(limits_.max_bytes, std::size_t{1} << 28);
    // White space around members is no part of what is sent on, and buys no work without end.
    unread_ = 4 * limits_.max_bytes;
}

void W3CBaggageReader::add(std::string_view line) noexcept {
    line = detail::strip_ows(line);
    bytes_ += any_line_ ? 1 : 0;
    any_line_ = true;
    std::string_view seen = line;
    if (full_) {
        seen = {};
    } else if (line.size() > unread_) {
        // Only members that end within the limit: cut at the last separator.
        const std::size_t comma = line.substr(0, unread_ + 1).rfind(',');
        seen = line.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    const std::size_t taken = read_members(seen);
    full_ |= line.size() > unread_;
    unread_ -= std::min(line.size(), unread_);
    // What was not looked at is counted by its separators.
    std::string_view rest = line.substr(taken);
    while (!rest.empty() && rest.back() == ',') {
        rest.remove_suffix(1);
    }
    if (!rest.empty()) {
        report_.over_limit += static_cast<std::size_t>(std::count(rest.begin(), rest.end(), ',')) +
                              (rest.front() == ',' ? 0 : 1);
    }
}

// Charges a member, whatever it is worth. @return false: there is no room for it.
bool W3CBaggageReader::charge(std::size_t bytes) noexcept {
    full_ = examined_ == limits_.max_members || bytes_ + bytes > limits_.max_bytes;
    if (full_) return false;
    ++examined_;
    bytes_ += bytes;
    return true;
}

std::size_t W3CBaggageReader::read_members(std::string_view line) noexcept {
    const char* p = line.data();
    const char* const end = p + line.size();
    while (p != end) {
        p = detail::skip_class(p, end, detail::ows_class);
        if (p == end) {
            break;
        }
        if (*p == ',') {
            ++p;
            ++bytes_;
            continue;
        }
        const char* const begin = p;
        W3CMember& member = members_[std::min(count_, max_members - 1)];
        const char* const stop = scan_member(p, end, member);
        p = stop != nullptr ? stop : std::find(p, end, ',');
        const std::size_t size =
            stop != nullptr
                ? member.text_size
                : detail::strip_ows({begin, static_cast<std::size_t>(p - begin)}).size();
        if (!charge(size)) {
            p = begin;
            break;
        }
        if (stop == nullptr) {
            ++report_.malformed;
            continue;
        }
        member.order_key = order_key(member.begin, member.key_size, end);
        if (member.escaped) {
            member.bad_escapes = detail::count_bad_escapes(value_of(member));
            member.respell |= member.bad_escapes != 0;
            report_.bad_escapes += member.bad_escapes;
        }
        order_[count_] = static_cast<std::uint16_t>(count_);
        ++count_;
    }
    return static_cast<std::size_t>(p - line.data());
}

// By key, members of one key in the order of the header.
void W3CBaggageReader::sort_members() noexcept {
    const auto before = [this](std::uint16_t a, std::uint16_t b) {
        const int order = compare_keys(members_[a], members_[b]);
        return order != 0 ? order < 0 : a < b;
    };
    if (count_ > 32) {
        std::sort(order_, order_ + count_, before);
        return;
    }
    for (std::size_t i = 1; i < count_; ++i) {
        const std::uint16_t inserted = order_[i];
        std::size_t at = i;
        for (; at > 0 && before(inserted, order_[at - 1]); --at) {
            order_[at] = order_[at - 1];
        }
        order_[at] = inserted;
    }
}

// Returns the number of members that remain, at the front of `order_`.
std::size_t W3CBaggageReader::drop_duplicates() noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const bool superseded =
            i + 1 < count_ && compare_keys(members_[order_[i]], members_[order_[i + 1]]) == 0;
        members_[order_[i]].dropped = superseded;
        report_.duplicate += superseded ? 1 : 0;
        if (!superseded) {
            order_[kept++] = order_[i];
        }
    }
    return kept;
}

Baggage W3CBaggageReader::finish(ParseReport* report) {
    sort_members();
    report_.kept = drop_duplicates();
    Baggage made;
    if (report_.kept != 0) {
        std::size_t capacity = detail::string_headers.size();
        for (std::size_t i = 0; i < report_.kept; ++i) {
            capacity += capacity_of(members_[order_[i]]);
        }
        BaggageBuffer* const buffer = detail::create_buffer(capacity);
        made = Baggage::adopt(buffer);
        write_members(*buffer);
    }
    if (report != nullptr) {
        *report = report_;
    }
    return made;
}

void W3CBaggageReader::write_members(BaggageBuffer& buffer) noexcept {
    char* out = detail::write_text(buffer.data(), detail::string_headers);
    for (std::size_t i = 0; i < report_.kept; ++i) {
        out = write_entry(out, members_[order_[i]], report_);
    }
    buffer.atoms_size = static_cast<std::uint32_t>(out - buffer.data());
    const char* const text = out;
    out = write_members_text(out, members_, count_);
    buffer.text_size = static_cast<std::uint32_t>(out - text);
    buffer.flags = BaggageBuffer::text_complete;
    detail::set_string_facts(buffer, detail::string_headers.size(), report_.kept);
}

Baggage parse_baggage(std::string_view header, BaggageLimits limits, ParseReport* report) {
    W3CBaggageReader reader(limits);
    reader.add(header);
    return reader.finish(report);
}

}  // namespace ctx
