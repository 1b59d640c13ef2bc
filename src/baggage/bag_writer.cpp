#include <ctx/baggage/bag_writer.hpp>

#include <algorithm>
#include <vector>

namespace ctx {

bool BagWriter::open(std::size_t begin) {
    header_begin_[depth_] = begin;
    content_begin_[depth_] = atoms_.size();
    ++depth_;
    return true;
}

bool BagWriter::enter(std::uint64_t index, bool take_first) {
    if (depth_ > max_level || too_deep_ != 0) {
        ++too_deep_;
        return false;
    }
    const std::size_t begin = atoms_.size();
    append_header(atoms_, static_cast<unsigned>(depth_), index, take_first);
    return open(begin);
}

bool BagWriter::enter(std::string_view key, bool take_first) {
    if (depth_ > max_level || too_deep_ != 0) {
        ++too_deep_;
        return false;
    }
    const std::size_t begin = atoms_.size();
    append_header(atoms_, static_cast<unsigned>(depth_), key, take_first);
    return open(begin);
}

void BagWriter::data(std::string_view payload) {
    if (too_deep_ != 0) {
        return;
    }
    char prefix[detail::max_varint_bytes];
    atoms_.append(prefix, detail::write_varint(prefix, payload.size() + 1));
    atoms_.push_back('\0');
    atoms_.append(payload);
}

void BagWriter::sort_data() {
    const std::size_t begin = depth_ == 0 ? 0 : content_begin_[depth_ - 1];
    const std::string region = atoms_.substr(begin);
    std::vector<std::string_view> data;
    for (AtomReader reader(region); const auto atom = reader.next();) {
        data.push_back(*atom);
    }
    std::sort(data.begin(), data.end());
    data.erase(std::unique(data.begin(), data.end()), data.end());
    atoms_.resize(begin);
    for (const std::string_view atom : data) {
        append_atom(atoms_, atom);
    }
}

void BagWriter::mark_overflow() {
    if (!marked_ && too_deep_ == 0) {
        marked_ = true;
        atoms_.push_back('\0');
    }
}

void BagWriter::exit() {
    if (too_deep_ != 0) {
        --too_deep_;
        return;
    }
    if (depth_ == 0) {
        return;
    }
    --depth_;
    if (atoms_.size() == content_begin_[depth_]) {
        atoms_.resize(header_begin_[depth_]);  // nothing was written into it
    }
}

}  // namespace ctx
