#include "baggage/filter.hpp"

#include "baggage/field_value.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/header.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ctx::detail {
namespace {

/// The index of a header that a declaration can name.
std::optional<std::uint64_t> plain_index(std::string_view atom) noexcept {
    const std::optional<AtomHeader> header = parse_header(atom);
    return header.has_value() && !header->reserved && !header->take_first ? header->index
                                                                          : std::nullopt;
}

constexpr std::uint64_t no_index = ~std::uint64_t{0};

unsigned level_of(std::string_view header) noexcept {
    return max_level - ((prefix_of(header) >> 3) & 15U);
}

/// `bag 10` or `bag 10 field 3`.
std::string_view write_name(std::array<char, 64>& room, std::uint64_t bag,
                            std::optional<std::uint64_t> field) noexcept {
    char* out = room.data();
    const auto write_number = [&](std::uint64_t number) {
        out = number == no_index ? write_text(out, "?")
                                 : std::to_chars(out, room.data() + room.size(), number).ptr;
    };
    out = write_text(out, "bag ");
    write_number(bag);
    if (field.has_value()) {
        out = write_text(out, " field ");
        write_number(*field);
    }
    return {room.data(), static_cast<std::size_t>(out - room.data())};
}

}  // namespace

std::size_t EntryChange::growth() const noexcept {
    if (dropped) {
        return 0;
    }
    const std::size_t in_atoms = atom_size(entry.key.size()) + 2 * atom_size(value.size()) +
                                 atom_size(properties.size() + max_ttl_bytes);
    const std::size_t in_text =
        entry.key.size() + 1 + encoded_size(value) + 1 + properties.size() + max_ttl_bytes;
    return in_atoms + in_text;
}

char* EntryChange::write_atoms(char* out) const noexcept {
    out = write_atom(out, entry_prefix, entry.key);
    out = write_atom(out, data_prefix, value);
    if (properties.empty() && !ttl.has_value()) {
        return out;
    }
    out = write_atom(out, properties_prefix, value);
    if (!ttl.has_value()) {
        return write_atom(out, data_prefix, properties);
    }
    // The length comes first but is known last: write where the longest prefix leaves room.
    char* const room =
        out + atom_size(properties.size() + max_ttl_bytes) - properties.size() - max_ttl_bytes;
    const auto size = static_cast<std::size_t>(write_with_ttl(room, properties, *ttl) - room);
    char* const begin = write_varint(out, size + 1);
    *begin = data_prefix;
    std::memmove(begin + 1, room, size);
    return begin + 1 + size;
}

char* EntryChange::write_member(char* out, std::string_view member) const noexcept {
    const std::size_t semicolon = std::min(member.find(';'), member.size());
    std::string_view list = member.substr(std::min(semicolon + 1, member.size()));
    if (respelled) {
        out = write_text(out, entry.key);
        *out++ = '=';
        out = write_encoded(out, value);
        list = properties;
    } else {
        out = write_text(out, member.substr(0, semicolon));
    }
    if (list.empty() && !ttl.has_value()) {
        return out;
    }
    *out++ = ';';
    return ttl.has_value() ? write_with_ttl(out, list, *ttl) : write_text(out, list);
}

BagRules::Verdict BagRules::judge_bag(std::optional<std::uint64_t> index) const noexcept {
    if (all_pass()) {
        return Verdict::whole;
    }
    bool allows = false;
    bool forbids = false;
    for (const Field& field : fields->fields()) {
        if (field.source().in_bag && index == field.source().bag) {
            const bool passes = reaches(field.send(), peer);
            allows |= passes;
            forbids |= !passes;
        }
    }
    if (undeclared_pass()) {
        return forbids ? Verdict::some_fields : Verdict::whole;
    }
    return allows ? Verdict::some_fields : Verdict::none;
}

bool BagRules::field_passes(std::optional<std::uint64_t> bag,
                            std::optional<std::uint64_t> field) const noexcept {
    const Field* const declared = bag.has_value() && field.has_value() && !all_pass()
                                      ? fields->find_in_bag(*bag, *field)
                                      : nullptr;
    return declared == nullptr ? undeclared_pass() : reaches(declared->send(), peer);
}

FieldReason BagRules::reason_for(std::uint64_t bag,
                                 std::optional<std::uint64_t> field) const noexcept {
    const auto declared = fields->fields();
    const bool known = std::any_of(declared.begin(), declared.end(), [bag, field](const Field& f) {
        return f.source().in_bag && f.source().bag == bag &&
               (!field.has_value() || f.source().field == *field);
    });
    return known ? FieldReason::boundary : FieldReason::undeclared;
}

std::size_t ListFilter::run(char* out) noexcept {
    out_ = out;
    AtomReader reader(atoms_);
    std::size_t begin = 0;
    while (const auto atom = reader.next()) {
        const std::string_view bytes = atoms_.substr(begin, reader.offset() - begin);
        if (prefix_of(*atom) < first_header) {
            add_content(*atom, bytes);
        } else if (const auto next = change_entry(begin)) {
            reader = AtomReader(atoms_, *next);
        } else {
            if (level_of(*atom) <= 1) {
                report_left_out(begin);
            }
            open(level_of(*atom), *atom, bytes);
        }
        begin = reader.offset();
    }
    report_left_out(begin);
    return size_;
}

void ListFilter::open(unsigned level, std::string_view atom, std::string_view bytes) noexcept {
    if (level == 0) {
        return open_bag(atom, bytes);
    }
    if (level == 1) {
        return open_field(atom, bytes);
    }
    if (in_strings_ && level == 2) {
        keeping_ =
            rules_.undeclared_pass() || prefix_of(atom) == static_cast<unsigned char>(entry_prefix);
    }
    if (keeping_) {
        wait(level, bytes);
    }
}

void ListFilter::open_bag(std::string_view atom, std::string_view bytes) noexcept {
    in_string_bag_ = atom == string_bag;
    in_strings_ = false;
    bag_ = plain_index(atom);
    const BagRules::Verdict verdict = rules_.judge_bag(bag_);
    whole_bag_ = verdict == BagRules::Verdict::whole;
    keeping_ = rules_.undeclared_pass();
    if (verdict == BagRules::Verdict::none && !in_string_bag_) {
        left_out_begin_ = static_cast<std::size_t>(bytes.data() - atoms_.data());
        left_out_bag_ = bag_.value_or(no_index);
        bag_.reset();
    }
    wait(0, bytes);
}

void ListFilter::open_field(std::string_view atom, std::string_view bytes) noexcept {
    in_strings_ = in_string_bag_ && atom == string_field;
    if (!whole_bag_) {
        const std::optional<std::uint64_t> field = plain_index(atom);
        keeping_ = in_strings_ ? rules_.undeclared_pass() : rules_.field_passes(bag_, field);
        if (!keeping_ && !in_strings_ && bag_.has_value()) {
            left_out_begin_ = static_cast<std::size_t>(bytes.data() - atoms_.data());
            left_out_bag_ = bag_;
            left_out_field_ = field.value_or(no_index);
        }
    }
    wait(1, bytes);
}

void ListFilter::add_content(std::string_view atom, std::string_view bytes) noexcept {
    if (keeping_) {
        write_headers();
        write(bytes);
    } else if (atom.empty()) {
        write(bytes);
    }
}

std::optional<std::size_t> ListFilter::change_entry(std::size_t begin) noexcept {
    if (changes_.empty() || changes_.front().entry.begin != begin) {
        return std::nullopt;
    }
    const EntryChange& change = changes_.front();
    changes_ = changes_.subspan(1);
    close_down_to(2);
    if (!change.dropped) {
        write_headers();
        char* const end = change.write_atoms(out_);
        size_ += static_cast<std::size_t>(end - out_);
        out_ = end;
    }
    for (std::size_t i = 0; i < change.entry.markers; ++i) {
        write(std::string_view("\0", 1));
    }
    return change.entry.end;
}

void ListFilter::wait(unsigned level, std::string_view bytes) noexcept {
    close_down_to(level);
    waiting_[waiting_count_++] = {level, bytes};
    // Bags that pass as they are may be anything, a header with nothing below it included.
    if (whole_bag_ && !in_string_bag_) {
        write_headers();
    }
}

void ListFilter::close_down_to(unsigned level) noexcept {
    while (waiting_count_ != 0 && waiting_[waiting_count_ - 1].level >= level) {
        --waiting_count_;
    }
}

void ListFilter::write_headers() noexcept {
    for (std::size_t i = 0; i < waiting_count_; ++i) {
        write(waiting_[i].bytes);
    }
    waiting_count_ = 0;
}

void ListFilter::write(std::string_view bytes) noexcept {
    size_ += bytes.size();
    if (out_ != nullptr) {
        out_ = write_text(out_, bytes);
    }
}

void ListFilter::report_left_out(std::size_t end) noexcept {
    if (!left_out_bag_.has_value()) {
        return;
    }
    // A bag that is left out whole ends at the next bag, one of its fields at the next field.
    const bool whole = !left_out_field_.has_value();
    if (whole && end < atoms_.size() && prefix_of(*AtomReader(atoms_, end).next()) < level0) {
        return;
    }
    if (rules_.report != nullptr) {
        std::array<char, 64> name;  // NOLINT(*-member-init): written before it is read
        rules_.report->add({rules_.action, rules_.reason_for(*left_out_bag_, left_out_field_),
                            write_name(name, *left_out_bag_, left_out_field_),
                            end - left_out_begin_, 0});
    }
    left_out_bag_.reset();
    left_out_field_.reset();
}

}  // namespace ctx::detail
