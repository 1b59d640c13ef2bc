#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/bdl/bag.hpp>

#include <sys/random.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

namespace ctx::bdl::detail {
namespace {

constexpr std::size_t component_bytes = sizeof(std::uint32_t);

// From the kernel: clocks and process ids would meet those of other machines.
std::uint32_t draw_component() {
    std::uint32_t id = 0;
    while (id == 0) {
        if (::getrandom(&id, sizeof id, 0) != static_cast<ssize_t>(sizeof id)) {
            id = std::random_device{}();
        }
    }
    return id;
}

// A key is the id, highest byte first.
std::string_view component_key(std::uint32_t id, char (&bytes)[component_bytes]) noexcept {
    store_big_endian(bytes, id);
    return {bytes, component_bytes};
}

std::string content_of(const BagView& bag) {
    std::string content;
    bag.append_content(content);
    return content;
}

// An absent bag is one of its own; what is left is whether it may have been lost on the way.
Baggage baggage_of(const BagView& view) {
    if (!view.present()) {
        return view.overflow() ? Baggage::from_atoms({"\0", 1}) : Baggage{};
    }
    if (view.buffer() == nullptr) {
        return Baggage::from_atoms(view.list(), {no_limit});
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): a count is all that changes
    return Baggage::adopt(
        ctx::detail::retain(const_cast<ctx::detail::BaggageBuffer*>(view.buffer())));
}

void write(ctx::detail::ByteBuffer& out, std::string_view atom) {
    char* const begin = out.grow(serialized_size(atom));
    char* const end = ctx::detail::write_varint(begin, atom.size());
    std::copy(atom.begin(), atom.end(), end);
}

// A callpath's content with a hop more; the oldest hops, which are the last, go. Markers are left
// to the splice.
void write_hops(ctx::detail::ByteBuffer& out, std::string_view content, std::string_view added,
                std::size_t limit) {
    std::size_t room = limit - 1;  // for older ones
    bool is_written = false;
    for (AtomReader reader(content); const auto atom = reader.next();) {
        if (!is_written && compare_atoms(*atom, added) >= 0) {
            write(out, added);
            is_written = true;
        }
        const bool is_datum = ctx::detail::atom_prefix(*atom) < 0x80;
        if (atom->empty() || *atom == added) {
            continue;
        }
        if (is_datum && CallpathView::depth_of(atom->substr(1)).has_value()) {
            if (room == 0) {
                continue;
            }
            --room;
        }
        write(out, *atom);
    }
    if (!is_written) {
        write(out, added);
    }
}

}  // namespace

BagCore::BagCore(Baggage baggage, BagPath path)
    : baggage_(std::move(baggage)), path_(std::move(path)) {
    refresh();
}

BagCore::BagCore(const BagView& view, std::uint32_t number_if_absent)
    : baggage_(baggage_of(view)),
      path_(view.present() ? BagPath::to(view) : BagPath{number_if_absent}) {
    if (view.present() && view.buffer() != nullptr) {
        view_ = view;
    } else {
        refresh();
    }
}

void BagCore::assign_baggage(Baggage baggage) {
    baggage_ = std::move(baggage);
    refresh();
}

void BagCore::set_content(const BagPath& path, std::string_view content) {
    ctx::detail::set_content(baggage_, path, content);
    refresh();
}

void BagCore::insert_datum(const BagPath& path, std::string_view payload) {
    ctx::detail::insert_datum(baggage_, path, payload);
    refresh();
}

void BagCore::erase_datum(const BagPath& path, std::string_view payload) {
    ctx::detail::erase_datum(baggage_, path, payload);
    refresh();
}

void BagCore::increment(const BagPath& counter, std::uint64_t by) {
    if (by == 0) {
        return;
    }
    const BagView field = counter.find_in(baggage_.bags());
    std::uint32_t id = baggage_.empty() ? 0 : ctx::detail::take_component(*baggage_.buffer());
    char bytes[component_bytes];
    if (id == 0) {
        do {
            id = draw_component();
        } while (field.child(component_key(id, bytes)).present());
    }
    const std::string_view key = component_key(id, bytes);
    const std::uint64_t before = CounterView::total_of(field.child(key));
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - before;
    char payload[max_lexvarint_bytes];
    const char* const payload_end =
        write_reversed_lexvarint(payload, before + (by < room ? by : room));
    char atom[2 + max_lexvarint_bytes];
    const char* const end = ctx::detail::write_atom(
        atom, '\0', {payload, static_cast<std::size_t>(payload_end - payload)});
    set_content(counter.key(key), {atom, static_cast<std::size_t>(end - atom)});
    baggage_.buffer()->component.store(id, std::memory_order_relaxed);
}

void BagCore::add_hop(const BagPath& path, std::string_view hop, std::size_t limit) {
    const BagView field = path.find_in(baggage_.bags());
    const std::uint64_t depth = CallpathView(field, limit).depth();
    ctx::detail::ByteBuffer added;
    added.push_back('\0');
    char* const begin = added.grow(max_lexvarint_bytes);
    added.shrink_to(write_reversed_lexvarint(
        begin, depth + (depth == std::numeric_limits<std::uint64_t>::max() ? 0 : 1)));
    added.append(hop);
    const std::string scattered = field.sorted() ? std::string() : content_of(field);
    ctx::detail::ByteBuffer content;
    write_hops(content, field.sorted() ? field.content() : scattered, added.view(), limit);
    set_content(path, content.view());
}

void BagCore::set_bag(const BagPath& path, const BagCore& value) {
    std::string content;
    const auto from = static_cast<unsigned>(value.path_.depth());
    if (ctx::detail::append_moved(content, content_of(value.view_), from, path.depth())) {
        set_content(path, content);
    }
}

void BagCore::transfer(Baggage& into, const BagPath& root, std::uint32_t field,
                       Transfer how) const {
    const BagView mine = view_.child(std::uint64_t{field});
    std::string content;
    if (!ctx::detail::append_moved(content, content_of(mine), path_.depth() + 1,
                                   root.depth() + 1)) {
        return;
    }
    const BagPath target = root.field(field);
    if (how == Transfer::merge) {
        content = merge_atoms(content, content_of(target.find_in(into.bags())));
    }
    ctx::detail::set_content(into, target, content);
}

}  // namespace ctx::bdl::detail
