#include <ctx/baggage/bag_view.hpp>

#include <algorithm>
#include <limits>
#include <new>

namespace ctx {

using detail::atom_prefix;
using detail::BaggageBuffer;
using detail::least_prefix;
using detail::level_of_prefix;

namespace detail {

TreeFacts find_tree_facts(std::string_view list) noexcept {
    TreeFacts facts;
    std::string_view open[max_level + 1];  // the last header of each level down to `deepest`
    int deepest = -1;
    std::size_t begin = 0;
    for (AtomReader reader(list); const auto atom = reader.next(); begin = reader.offset()) {
        if (atom->empty()) {
            facts.first_marker = std::min(facts.first_marker, static_cast<std::uint32_t>(begin));
        }
        const unsigned prefix = atom_prefix(*atom);
        if (prefix < 0x80) {
            continue;
        }
        const int level = level_of_prefix(prefix);
        if (level <= deepest && *atom <= open[level]) {
            facts.sorted = false;  // levels that were jumped over are less than anything
        }
        for (int skipped = deepest + 1; skipped < level; ++skipped) {
            open[skipped] = {};
        }
        open[level] = *atom;
        deepest = level;
    }
    return facts;
}

TreeFacts tree_facts(const BaggageBuffer& buffer) noexcept {
    const TreeState state = buffer.tree_state.load(std::memory_order_acquire);
    if (state != TreeState::unknown) {
        return {state == TreeState::sorted, buffer.first_marker.load(std::memory_order_relaxed)};
    }
    const TreeFacts facts = find_tree_facts(buffer.atoms());
    // Every thread that gets here computes and stores the same.
    buffer.first_marker.store(facts.first_marker, std::memory_order_relaxed);
    buffer.tree_state.store(facts.sorted ? TreeState::sorted : TreeState::irregular,
                            std::memory_order_release);
    return facts;
}

}  // namespace detail

namespace {

// Offsets are 32 bits wide.
std::string_view addressable(std::string_view list) noexcept {
    return list.substr(0, std::numeric_limits<std::uint32_t>::max() - 1);
}

std::uint32_t narrow(std::size_t offset) noexcept {
    return static_cast<std::uint32_t>(offset);
}

// Below this a walk is as quick as a search, and the index would not pay for its memory.
constexpr std::size_t least_indexed_bytes = 1024;

// The offsets of the headers of level 0; null without memory, or when another thread was faster.
std::uint32_t* make_bag_index(std::string_view list) noexcept {
    const auto visit = [list](auto visitor) {
        std::size_t begin = 0;
        for (AtomReader reader(list); const auto atom = reader.next(); begin = reader.offset()) {
            if (atom_prefix(*atom) >= least_prefix(0)) {
                visitor(narrow(begin));
            }
        }
    };
    std::uint32_t count = 0;
    visit([&](std::uint32_t /*offset*/) { ++count; });
    auto* const index = new (std::nothrow) std::uint32_t[count + 1];
    if (index != nullptr) {
        index[0] = count;
        std::uint32_t i = 0;
        visit([&](std::uint32_t offset) { index[++i] = offset; });
    }
    return index;
}

const std::uint32_t* bag_index(const BaggageBuffer& buffer) noexcept {
    std::uint32_t* existing = buffer.bag_index.load(std::memory_order_acquire);
    if (existing != nullptr) {
        return existing;
    }
    std::uint32_t* const made = make_bag_index(buffer.atoms());
    if (made == nullptr ||
        buffer.bag_index.compare_exchange_strong(existing, made, std::memory_order_acq_rel,
                                                 std::memory_order_acquire)) {
        return made;
    }
    delete[] made;
    return existing;
}

}  // namespace

BagView::BagView(std::string_view list) noexcept
    : BagView(addressable(list), detail::find_tree_facts(addressable(list))) {}

BagView::BagView(std::string_view list, detail::TreeFacts facts) noexcept
    : list_(list.data()),
      list_size_(list.size()),
      end_(narrow(list.size())),
      first_marker_(facts.first_marker),
      present_(true),
      sorted_(facts.sorted) {}

BagView::BagView(const BaggageBuffer& buffer, detail::TreeFacts facts) noexcept
    : BagView(buffer.atoms(), facts) {
    buffer_ = &buffer;
}

std::string_view BagView::header() const noexcept {
    return present_ && level_ >= 0 ? atom_at(headers_[level_]) : std::string_view{};
}

BagView BagView::child(std::uint64_t index) const noexcept {
    if (!present_ || level_ >= static_cast<int>(max_level)) {
        return absent_child(end_);
    }
    char header[detail::max_index_header_bytes];
    const char* const end = detail::write_header(header, static_cast<unsigned>(level_ + 1), index);
    return child_with_header({header + 1, static_cast<std::size_t>(end - header - 1)});
}

BagView BagView::child(std::string_view key) const noexcept {
    // A header is the prefix byte and the key: compared in two parts, to need no memory.
    if (!present_ || level_ >= static_cast<int>(max_level)) {
        return absent_child(end_);
    }
    const char prefix = header_prefix(static_cast<unsigned>(level_ + 1), true);
    constexpr std::size_t on_stack = 256;
    if (key.size() < on_stack) {
        char header[on_stack];
        header[0] = prefix;
        std::copy(key.begin(), key.end(), header + 1);
        return child_with_header({header, key.size() + 1});
    }
    for (const BagView& candidate : children()) {
        if (candidate.header()[0] == prefix && candidate.key() == key) {
            return child_with_header(candidate.header());
        }
    }
    return absent_child(end_);
}

BagView BagView::child_with_header(std::string_view header) const noexcept {
    if (!present_ || level_ >= static_cast<int>(max_level) ||
        level_of_prefix(atom_prefix(header)) != level_ + 1 || atom_prefix(header) < 0x80) {
        return absent_child(end_);
    }
    return sorted_ ? sorted_child(header) : scattered_child(header);
}

BagView BagView::absent_child(std::uint32_t position) const noexcept {
    BagView absent = *this;
    absent.present_ = false;
    absent.begin_ = absent.end_ = position;
    return absent;
}

BagView BagView::child_at(std::uint32_t header, std::uint32_t begin,
                          std::uint32_t end) const noexcept {
    BagView found = *this;
    ++found.level_;
    found.headers_[found.level_] = header;
    found.begin_ = begin;
    found.end_ = end;
    return found;
}

std::uint32_t BagView::end_of_child(std::uint32_t begin) const noexcept {
    const unsigned least = least_prefix(level_ + 1);
    AtomReader reader(list().substr(0, end_), begin);
    std::size_t end = begin;
    while (const auto atom = reader.next()) {
        if (atom_prefix(*atom) >= least) {
            break;
        }
        end = reader.offset();
    }
    return narrow(end);
}

// Where a bag of level 0 can first stand: the index knows.
std::uint32_t BagView::start_of_search(std::string_view header) const noexcept {
    if (level_ >= 0 || buffer_ == nullptr || list_size_ < least_indexed_bytes) {
        return begin_;
    }
    const std::uint32_t* const index = bag_index(*buffer_);
    if (index == nullptr) {
        return begin_;
    }
    const std::uint32_t* const found =
        std::partition_point(index + 1, index + 1 + index[0],
                             [&](std::uint32_t offset) { return atom_at(offset) < header; });
    return found == index + 1 + index[0] ? end_ : *found;
}

BagView BagView::sorted_child(std::string_view header) const noexcept {
    const unsigned least = least_prefix(level_ + 1);
    std::size_t begin = start_of_search(header);
    AtomReader reader(list().substr(0, end_), begin);
    for (; const auto atom = reader.next(); begin = reader.offset()) {
        if (atom_prefix(*atom) < least) {
            continue;  // data, and what is deeper
        }
        const int order = compare_atoms(*atom, header);
        if (order < 0) {
            continue;  // the children before
        }
        if (order > 0) {
            break;
        }
        const std::uint32_t content = narrow(reader.offset());
        return child_at(narrow(begin), content, end_of_child(content));
    }
    return absent_child(narrow(begin));
}

int BagView::match(std::string_view atom, int matched) const noexcept {
    const int level = level_of_prefix(atom_prefix(atom));
    if (level > level_) {
        return matched;
    }
    if (matched < level) {
        return matched;  // below a bag that is not on the path
    }
    return atom == atom_at(headers_[level]) ? level + 1 : level;
}

BagView BagView::scattered_child(std::string_view header) const noexcept {
    const unsigned least = least_prefix(level_ + 1);
    BagView found = absent_child(end_);
    int matched = level_ + 1;
    bool open = false;  // inside an occurrence
    std::size_t begin = begin_;
    AtomReader reader(list().substr(0, end_), begin);
    for (; const auto atom = reader.next(); begin = reader.offset()) {
        const unsigned prefix = atom_prefix(*atom);
        if (prefix >= least) {
            matched = match(*atom, matched);
            open = matched == level_ + 1 && *atom == header;
            if (open && !found.present_) {
                found = child_at(narrow(begin), narrow(reader.offset()), 0);
            }
        }
        if (open) {
            found.end_ = narrow(reader.offset());
        }
    }
    return found;
}

void BagView::append_content(std::string& out) const {
    if (sorted_) {
        out += content();
        return;
    }
    std::string below;  // children come behind the data of all occurrences
    int matched = level_ + 1;
    bool own = true;
    for (AtomReader reader(content()); const auto atom = reader.next();) {
        const bool is_header = atom_prefix(*atom) >= 0x80;
        const int level = is_header ? level_of_prefix(atom_prefix(*atom)) : 0;
        if (is_header) {
            matched = match(*atom, matched);
            own = matched == level_ + 1 && level == level_;
        }
        if (matched == level_ + 1 && !(is_header && own)) {
            append_atom(own ? out : below, *atom);
        }
    }
    out += below;
}

BagDataIterator::BagDataIterator(const BagView& bag) noexcept
    : bag_(&bag), next_(bag.begin_), matched_(bag.level_ + 1) {
    advance();
}

void BagDataIterator::advance() noexcept {
    AtomReader reader(bag_->list().substr(0, bag_->end_), next_);
    for (; const auto atom = reader.next(); next_ = narrow(reader.offset())) {
        if (atom_prefix(*atom) >= 0x80) {
            if (bag_->sorted_) {
                break;  // children come last
            }
            matched_ = bag_->match(*atom, matched_);
            own_ =
                matched_ == bag_->level_ + 1 && level_of_prefix(atom_prefix(*atom)) == bag_->level_;
        } else if (own_ && !atom->empty()) {
            at_ = next_;
            next_ = narrow(reader.offset());
            payload_ = atom->substr(1);
            return;
        }
    }
    at_ = end_position;
}

BagChildIterator::BagChildIterator(const BagView& bag) noexcept
    : bag_(&bag), next_(bag.begin_), matched_(bag.level_ + 1) {
    advance();
}

void BagChildIterator::advance() noexcept {
    const int level = bag_->level_ + 1;
    child_ = {};
    if (level > static_cast<int>(max_level)) {
        return;
    }
    AtomReader reader(bag_->list().substr(0, bag_->end_), next_);
    for (; const auto atom = reader.next(); next_ = narrow(reader.offset())) {
        const unsigned prefix = atom_prefix(*atom);
        if (prefix < least_prefix(level)) {
            continue;
        }
        matched_ = bag_->match(*atom, matched_);
        if (matched_ == level && level_of_prefix(prefix) == level) {
            const std::uint32_t content = narrow(reader.offset());
            child_ = bag_->child_at(next_, content, bag_->end_of_child(content));
            next_ = child_.end_;
            return;
        }
    }
}

}  // namespace ctx
