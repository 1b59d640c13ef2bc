#include "baggage/string_bag.hpp"
#include <ctx/baggage/baggage.hpp>

#include <algorithm>
#include <cstring>

namespace ctx {

using detail::body_of;
using detail::for_each_body;
using detail::StringEntry;
using detail::StringState;
using detail::StringWalker;

Baggage Baggage::from_atoms(std::string_view bytes, AtomLimits limits, DecodeReport* report) {
    DecodeReport counts;
    const AtomCut cut = find_complete_atoms(bytes, limits, &counts);
    if (report != nullptr) {
        *report = counts;
    }
    const std::size_t size = cut.bytes + (cut.marker ? 1 : 0);
    if (size == 0) {
        return {};
    }
    detail::BaggageBuffer* const buffer = detail::create_buffer(size);
    if (cut.bytes != 0) {
        std::memcpy(buffer->data(), bytes.data(), cut.bytes);
    }
    if (cut.marker) {
        buffer->data()[cut.bytes] = '\0';
    }
    buffer->atoms_size = static_cast<std::uint32_t>(size);
    if (cut.marker || counts.overflowed) {
        buffer->flags = detail::BaggageBuffer::overflowed;
    }
    return adopt(buffer);
}

std::size_t Baggage::size() const {
    if (buffer_ == nullptr) {
        return 0;
    }
    if (detail::string_facts(*buffer_).state == StringState::irregular) {
        static_cast<void>(detail::string_order(*buffer_));
    }
    return buffer_->strings_count.load(std::memory_order_relaxed);
}

BagView Baggage::bags() const noexcept {
    if (buffer_ == nullptr) {
        return BagView(std::string_view{});
    }
    return {*buffer_, detail::tree_facts(*buffer_)};
}

std::optional<std::string_view> Baggage::find(std::string_view key) const noexcept {
    std::optional<std::string_view> least;
    for_each_body(buffer_, key, [&](std::string_view body) { detail::fold_value(body, least); });
    return least;
}

std::vector<std::string_view> Baggage::find_all(std::string_view key) const {
    std::vector<std::string_view> values;
    for_each_body(buffer_, key, [&](std::string_view body) {
        AtomReader reader(body);
        while (const auto atom = reader.next()) {
            if (detail::prefix_of(*atom) >= detail::first_header) {
                return;
            }
            if (!atom->empty()) {
                values.push_back(atom->substr(1));
            }
        }
    });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

std::string_view Baggage::properties(std::string_view key) const noexcept {
    const std::optional<std::string_view> value = find(key);
    std::optional<std::string_view> least;
    if (value.has_value()) {
        for_each_body(buffer_, key,
                      [&](std::string_view body) { detail::fold_properties(body, *value, least); });
    }
    return least.value_or(std::string_view{});
}

BaggageIterator::BaggageIterator(const detail::BaggageBuffer* buffer) : buffer_(buffer) {
    if (buffer_ == nullptr) {
        return;
    }
    const detail::StringFacts facts = detail::string_facts(*buffer_);
    indexed_ = facts.state == StringState::irregular;
    next_ = static_cast<std::uint32_t>(facts.begin);
    if (indexed_) {
        static_cast<void>(detail::string_order(*buffer_));
        next_ = 1;
    }
    advance();
}

void BaggageIterator::advance() noexcept {
    const bool found = indexed_ ? advance_in_index() : advance_in_wire_order();
    if (!found) {
        *this = BaggageIterator();
    }
}

bool BaggageIterator::advance_in_wire_order() noexcept {
    const std::string_view atoms =
        buffer_->atoms().substr(0, buffer_->strings_end.load(std::memory_order_relaxed));
    StringWalker walker(atoms, next_);
    StringEntry found;
    while (next_ < atoms.size() && walker.next(found)) {
        next_ = static_cast<std::uint32_t>(found.end);
        std::optional<std::string_view> value;
        detail::fold_value(body_of(atoms, found), value);
        if (value.has_value()) {
            std::optional<std::string_view> properties;
            detail::fold_properties(body_of(atoms, found), *value, properties);
            entry_ = {found.key, *value, properties.value_or(std::string_view{})};
            return true;
        }
    }
    return false;
}

bool BaggageIterator::advance_in_index() noexcept {
    const std::uint32_t* const order = buffer_->order.load(std::memory_order_acquire);
    const std::string_view atoms = buffer_->atoms();
    while (next_ <= order[0]) {
        const std::uint32_t first = next_;
        const std::string_view key = detail::key_at(atoms, order[first]);
        std::optional<std::string_view> value;
        StringEntry entry;
        for (; next_ <= order[0] && detail::key_at(atoms, order[next_]) == key; ++next_) {
            StringWalker(atoms, order[next_]).next(entry);
            detail::fold_value(body_of(atoms, entry), value);
        }
        if (!value.has_value()) {
            continue;
        }
        std::optional<std::string_view> properties;
        for (std::uint32_t i = first; i < next_; ++i) {
            StringWalker(atoms, order[i]).next(entry);
            detail::fold_properties(body_of(atoms, entry), *value, properties);
        }
        entry_ = {key, *value, properties.value_or(std::string_view{})};
        return true;
    }
    return false;
}

}  // namespace ctx
