#include "baggage/string_bag.hpp"

#include <algorithm>
#include <memory>

namespace ctx::detail {

bool StringWalker::next(StringEntry& entry) noexcept {
    AtomReader reader(atoms_, offset_);
    std::size_t begin = reader.offset();
    while (const auto atom = reader.next()) {
        const unsigned char prefix = prefix_of(*atom);
        if (prefix >= level0) {
            in_bag_ = *atom == string_bag;
            in_field_ = false;
            bag_begin_ = begin;
        } else if (prefix >= level1) {
            in_field_ = in_bag_ && *atom == string_field;
            field_begin_ = begin;
        } else if (in_field_ && prefix == static_cast<unsigned char>(entry_prefix)) {
            entry = {atom->substr(1), begin, reader.offset(), reader.offset(), 0};
            read_body(entry);
            offset_ = entry.end;
            return true;
        }
        begin = reader.offset();
    }
    offset_ = atoms_.size();
    return false;
}

void StringWalker::read_body(StringEntry& entry) noexcept {
    AtomReader reader(atoms_, entry.body);
    while (const auto atom = reader.next()) {
        if (prefix_of(*atom) >= level2) {
            break;
        }
        entry.end = reader.offset();
        entry.markers += atom->empty() ? 1 : 0;
    }
}

namespace {

void keep_least(std::string_view candidate, std::optional<std::string_view>& least) noexcept {
    if (!least.has_value() || candidate < *least) {
        least = candidate;
    }
}

}  // namespace

void fold_value(std::string_view body, std::optional<std::string_view>& least) noexcept {
    AtomReader reader(body);
    while (const auto atom = reader.next()) {
        if (prefix_of(*atom) >= first_header) {
            return;
        }
        if (!atom->empty()) {
            keep_least(atom->substr(1), least);
        }
    }
}

void fold_properties(std::string_view body, std::string_view value,
                     std::optional<std::string_view>& least) noexcept {
    AtomReader reader(body);
    bool inside = false;
    while (const auto atom = reader.next()) {
        const unsigned char prefix = prefix_of(*atom);
        if (prefix >= first_header) {
            inside =
                prefix == static_cast<unsigned char>(properties_prefix) && atom->substr(1) == value;
        } else if (inside && !atom->empty()) {
            keep_least(atom->substr(1), least);
        }
    }
}

StringFacts string_facts(const BaggageBuffer& buffer) noexcept {
    StringState state = buffer.strings_state.load(std::memory_order_acquire);
    if (state == StringState::unknown) {
        StringWalker walker(buffer.atoms());
        StringEntry entry;
        std::string_view previous;
        std::size_t entries = 0;
        std::size_t with_value = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
        state = StringState::ascending;
        while (walker.next(entry)) {
            if (entries == 0) {
                begin = entry.begin;
            } else if (entry.key <= previous) {
                state = StringState::irregular;
            }
            ++entries;
            std::optional<std::string_view> value;
            fold_value(buffer.atoms().substr(entry.body, entry.end - entry.body), value);
            with_value += value.has_value() ? 1 : 0;
            previous = entry.key;
            end = entry.end;
        }
        // Every thread that gets here computes and stores the same.
        buffer.strings_begin.store(static_cast<std::uint32_t>(begin), std::memory_order_relaxed);
        buffer.strings_end.store(static_cast<std::uint32_t>(end), std::memory_order_relaxed);
        if (state == StringState::ascending) {
            buffer.strings_count.store(static_cast<std::uint32_t>(with_value),
                                       std::memory_order_relaxed);
        }
        buffer.strings_state.store(state, std::memory_order_release);
    }
    return {state, buffer.strings_begin.load(std::memory_order_relaxed),
            buffer.strings_end.load(std::memory_order_relaxed)};
}

void set_string_facts(BaggageBuffer& buffer, std::size_t begin, std::size_t count) noexcept {
    buffer.strings_begin.store(static_cast<std::uint32_t>(begin), std::memory_order_relaxed);
    buffer.strings_end.store(buffer.atoms_size, std::memory_order_relaxed);
    buffer.strings_count.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
    buffer.strings_state.store(StringState::ascending, std::memory_order_relaxed);
}

std::string_view key_at(std::string_view atoms, std::size_t offset) noexcept {
    const auto atom = AtomReader(atoms, offset).next();
    return atom.has_value() && !atom->empty() ? atom->substr(1) : std::string_view{};
}

namespace {

// The entries' offsets by key, entries of one key in the order of the bytes.
std::unique_ptr<std::uint32_t[]> sort_entries(const BaggageBuffer& buffer, StringFacts facts) {
    const std::string_view atoms = buffer.atoms();
    std::size_t count = 0;
    StringEntry entry;
    for (StringWalker walker(atoms, facts.begin); walker.next(entry);) {
        ++count;
    }
    std::unique_ptr<std::uint32_t[]> order(new std::uint32_t[count + 1]);
    order[0] = static_cast<std::uint32_t>(count);
    std::size_t i = 0;
    for (StringWalker walker(atoms, facts.begin); walker.next(entry);) {
        order[++i] = static_cast<std::uint32_t>(entry.begin);
    }
    std::sort(order.get() + 1, order.get() + 1 + count, [atoms](std::uint32_t a, std::uint32_t b) {
        const int by_key = key_at(atoms, a).compare(key_at(atoms, b));
        return by_key != 0 ? by_key < 0 : a < b;
    });
    return order;
}

std::uint32_t count_distinct_with_value(std::string_view atoms, const std::uint32_t* order) {
    std::uint32_t distinct = 0;
    std::optional<std::string_view> counted;
    for (std::uint32_t i = 1; i <= order[0]; ++i) {
        StringEntry entry;
        StringWalker(atoms, order[i]).next(entry);
        std::optional<std::string_view> value;
        fold_value(atoms.substr(entry.body, entry.end - entry.body), value);
        if (value.has_value() && counted != entry.key) {
            ++distinct;
            counted = entry.key;
        }
    }
    return distinct;
}

}  // namespace

const std::uint32_t* string_order(const BaggageBuffer& buffer) {
    std::uint32_t* existing = buffer.order.load(std::memory_order_acquire);
    if (existing != nullptr) {
        return existing;
    }
    std::unique_ptr<std::uint32_t[]> made = sort_entries(buffer, string_facts(buffer));
    buffer.strings_count.store(count_distinct_with_value(buffer.atoms(), made.get()),
                               std::memory_order_relaxed);
    if (buffer.order.compare_exchange_strong(existing, made.get(), std::memory_order_acq_rel,
                                             std::memory_order_acquire)) {
        return made.release();
    }
    return existing;
}

}  // namespace ctx::detail
