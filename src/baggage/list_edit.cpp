#include "baggage/list_edit.hpp"

#include "baggage/string_bag.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace ctx::detail {
namespace {

// Whoever splices once often does so again: a bag is filled field by field.
constexpr std::size_t room_to_grow = 64;

// What is known about the string entries stays true when the change is behind them.
bool keeps_strings(const BaggageBuffer& buffer, std::size_t from) noexcept {
    return buffer.strings_state.load(std::memory_order_acquire) == StringState::ascending &&
           buffer.strings_end.load(std::memory_order_relaxed) <= from && from != 0;
}

void copy_string_facts(const BaggageBuffer& from, BaggageBuffer& to) noexcept {
    to.strings_begin.store(from.strings_begin.load(std::memory_order_relaxed),
                           std::memory_order_relaxed);
    to.strings_end.store(from.strings_end.load(std::memory_order_relaxed),
                         std::memory_order_relaxed);
    to.strings_count.store(from.strings_count.load(std::memory_order_relaxed),
                           std::memory_order_relaxed);
    to.strings_state.store(from.strings_state.load(std::memory_order_relaxed),
                           std::memory_order_relaxed);
}

std::size_t count_markers(std::string_view atoms) noexcept {
    std::size_t count = 0;
    for (AtomReader reader(atoms); const auto atom = reader.next();) {
        count += atom->empty() ? 1 : 0;
    }
    return count;
}

// Forgets what a change in place made untrue.
void forget_facts(BaggageBuffer& buffer, std::size_t from) noexcept {
    if (!keeps_strings(buffer, from)) {
        buffer.strings_state.store(StringState::unknown, std::memory_order_relaxed);
    }
    delete[] buffer.order.exchange(nullptr, std::memory_order_relaxed);
    delete[] buffer.bag_index.exchange(nullptr, std::memory_order_relaxed);
}

// A sorted list without markers stays one when what is put in is one, too: it is in its place.
void set_tree_facts(BaggageBuffer& buffer, TreeFacts before, std::string_view inserted) noexcept {
    const TreeFacts within = find_tree_facts(inserted);
    const bool known = before.sorted && before.first_marker == BaggageBuffer::no_marker &&
                       within.sorted && within.first_marker == BaggageBuffer::no_marker;
    buffer.first_marker.store(BaggageBuffer::no_marker, std::memory_order_relaxed);
    buffer.tree_state.store(known ? TreeState::sorted : TreeState::unknown,
                            std::memory_order_relaxed);
    if (!known) {
        const TreeFacts facts = tree_facts(buffer);
        buffer.flags =
            (buffer.flags & ~BaggageBuffer::overflowed) |
            (facts.first_marker == BaggageBuffer::no_marker ? 0U : BaggageBuffer::overflowed);
    }
}

void splice_in_place(BaggageBuffer& buffer, const Splice& change) noexcept {
    char* const data = buffer.data();
    const std::size_t total = static_cast<std::size_t>(buffer.atoms_size) + buffer.text_size;
    std::memmove(data + change.from + change.bytes.size(), data + change.to, total - change.to);
    if (!change.bytes.empty()) {
        std::memcpy(data + change.from, change.bytes.data(), change.bytes.size());
    }
    forget_facts(buffer, change.from);
}

BaggageBuffer* splice_into_new(const BaggageBuffer* old, const Splice& change, std::size_t size) {
    BaggageBuffer* const made = create_buffer(size + room_to_grow);
    const std::size_t total =
        old == nullptr ? 0 : static_cast<std::size_t>(old->atoms_size) + old->text_size;
    const char* const data = old == nullptr ? nullptr : old->data();
    char* out = made->data();
    const auto put = [&out](const char* begin, std::size_t bytes) {
        if (bytes != 0) {
            std::memcpy(out, begin, bytes);
            out += bytes;
        }
    };
    put(data, change.from);
    put(change.bytes.data(), change.bytes.size());
    put(data + change.to, total - change.to);
    if (old != nullptr) {
        made->flags = old->flags;
        made->text_size = old->text_size;
        made->component.store(take_component(*old), std::memory_order_relaxed);
        if (keeps_strings(*old, change.from)) {
            copy_string_facts(*old, *made);
        }
    }
    return made;
}

// A branch whose total was taken out must not count on under its id: beside the total that others
// still have, the new one would be lost.
void forget_lost_component(const BaggageBuffer& buffer, std::string_view removed) noexcept {
    const std::uint32_t id = buffer.component.load(std::memory_order_relaxed);
    if (id == 0 || removed.empty()) {
        return;
    }
    char key[sizeof id];
    for (std::size_t i = 0; i < sizeof id; ++i) {
        key[i] = static_cast<char>(id >> (8 * (sizeof id - 1 - i)) & 0xffU);
    }
    for (AtomReader reader(removed); const auto atom = reader.next();) {
        if (atom->size() == 1 + sizeof id && (atom_prefix(*atom) & 0x84U) == 0x84U &&
            atom->substr(1) == std::string_view(key, sizeof key)) {
            static_cast<void>(take_component(buffer));
            return;
        }
    }
}

}  // namespace

void splice(Baggage& baggage, Splice change) {
    const BaggageBuffer* const old = baggage.buffer();
    const std::size_t old_size = old == nullptr ? 0 : old->atoms_size;
    const std::size_t atoms_size = old_size - (change.to - change.from) + change.bytes.size();
    if (old != nullptr) {
        forget_lost_component(*old, old->atoms().substr(change.from, change.to - change.from));
    }
    if (atoms_size == 0) {
        baggage = {};
        return;
    }
    const TreeFacts before = old == nullptr ? TreeFacts{} : tree_facts(*old);
    const std::size_t size = atoms_size + (old == nullptr ? 0 : old->text_size);
    BaggageBuffer* buffer = const_cast<BaggageBuffer*>(old);  // NOLINT(*-const-cast): unshared
    if (old != nullptr && is_unshared(*old) && size <= old->capacity) {
        splice_in_place(*buffer, change);
        buffer->atoms_size = static_cast<std::uint32_t>(atoms_size);
    } else {
        buffer = splice_into_new(old, change, size);
        buffer->atoms_size = static_cast<std::uint32_t>(atoms_size);
        baggage = Baggage::adopt(buffer);
    }
    set_tree_facts(*buffer, before, change.bytes);
}

namespace {

// Copies a list without a bag, or without one datum of it. Headers on the way to the bag wait
// until something below them is kept.
class Eraser {
public:
    Eraser(std::string_view list, const BagPath& path, std::optional<std::string_view> datum,
           char* out) noexcept
        : list_(list), datum_(datum), out_(out) {
        for (AtomReader reader(path.headers()); const auto header = reader.next();) {
            path_[depth_++] = *header;
        }
    }

    // Returns the end of what was written.
    char* run() noexcept {
        std::size_t begin = 0;
        for (AtomReader reader(list_); const auto atom = reader.next(); begin = reader.offset()) {
            const std::string_view bytes = list_.substr(begin, reader.offset() - begin);
            if (atom_prefix(*atom) >= 0x80) {
                visit_header(*atom, bytes);
            } else {
                visit_data(*atom, bytes);
            }
        }
        drop_waiting(0);
        return out_;
    }

private:
    struct Waiting {
        std::string_view bytes;
        bool lost = false;  // something below it was taken out
    };

    void visit_header(std::string_view atom, std::string_view bytes) noexcept {
        const auto level = static_cast<std::size_t>(level_of_prefix(atom_prefix(atom)));
        if (inside_ && level >= depth_ && !datum_.has_value()) {
            return;  // below the bag that is taken out
        }
        drop_waiting(level);
        const bool on_path = matched_ >= level && level < depth_ && atom == path_[level];
        if (level < depth_) {
            matched_ = on_path ? level + 1 : std::min(matched_, level);
        }
        inside_ = matched_ == depth_;
        own_ = inside_ && on_path;
        if (on_path && !(inside_ && !datum_.has_value())) {
            waiting_[waiting_count_++] = {bytes, false};
        } else if (inside_ && own_) {
            lose();
        } else {
            keep(bytes);
        }
    }

    void visit_data(std::string_view atom, std::string_view bytes) noexcept {
        const bool taken = datum_.has_value() ? own_ && !atom.empty() && atom.substr(1) == *datum_
                                              : inside_ && !atom.empty();
        if (taken) {
            lose();
        } else {
            keep(bytes);
        }
    }

    void lose() noexcept {
        for (std::size_t i = 0; i < waiting_count_; ++i) {
            waiting_[i].lost = true;
        }
    }

    // Headers of that level and below are closed: those that lost all they had are gone.
    void drop_waiting(std::size_t level) noexcept {
        for (std::size_t i = 0; i < waiting_count_; ++i) {
            const bool closed =
                static_cast<std::size_t>(level_of_prefix(prefix_of_waiting(i))) >= level;
            if (closed && !waiting_[i].lost) {
                flush(i + 1);
                drop_waiting(level);
                return;
            }
        }
        while (waiting_count_ != 0 && static_cast<std::size_t>(level_of_prefix(
                                          prefix_of_waiting(waiting_count_ - 1))) >= level) {
            --waiting_count_;
        }
    }

    [[nodiscard]] unsigned prefix_of_waiting(std::size_t i) const noexcept {
        return atom_prefix(*AtomReader(waiting_[i].bytes).next());
    }

    void flush(std::size_t count) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            write(waiting_[i].bytes);
        }
        waiting_count_ -= count;
        std::move(waiting_ + count, waiting_ + count + waiting_count_, waiting_);
    }

    void keep(std::string_view bytes) noexcept {
        flush(waiting_count_);
        write(bytes);
    }

    void write(std::string_view bytes) noexcept {
        std::memcpy(out_, bytes.data(), bytes.size());
        out_ += bytes.size();
    }

    std::string_view list_;
    std::optional<std::string_view> datum_;
    char* out_;
    std::string_view path_[max_level + 1];
    std::size_t depth_ = 0;
    std::size_t matched_ = 0;
    bool inside_ = false;
    bool own_ = false;  // no child of the bag is open
    Waiting waiting_[max_level + 2];
    std::size_t waiting_count_ = 0;
};

}  // namespace

void erase_everywhere(Baggage& baggage, const BagPath& path,
                      std::optional<std::string_view> datum) {
    const std::string_view list = baggage.atoms();
    if (list.empty()) {
        return;
    }
    const std::unique_ptr<char[]> kept(new char[list.size()]);
    const char* const end = Eraser(list, path, datum, kept.get()).run();
    const std::string_view bytes{kept.get(), static_cast<std::size_t>(end - kept.get())};
    if (bytes.size() != list.size()) {
        splice(baggage, {0, list.size(), bytes});
    }
}

void keep_markers(ByteBuffer& out, std::string_view before, bool any) {
    if (!any) {
        return;
    }
    const std::size_t has = count_markers(out.view());
    for (std::size_t count = count_markers(before); count > has; --count) {
        out.push_back('\0');
    }
}

}  // namespace ctx::detail
