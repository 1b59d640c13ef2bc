#include "baggage/bag_limits.hpp"

#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/detail/byte_buffer.hpp>
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <string>

namespace ctx::detail {
namespace {

// Whether the text is a datum as it stands, with nothing in front of it.
bool is_datum(const BagView& field, std::string_view text) noexcept {
    const auto data = field.data();
    return std::any_of(data.begin(), data.end(), [text](std::string_view datum) {
        return datum.data() == text.data() && datum.size() == text.size();
    });
}

void tell_about(FieldReport* report, const Field& field, std::size_t before, std::size_t after) {
    if (report == nullptr) {
        return;
    }
    const std::string key = "bag " + std::to_string(field.source().bag) + " field " +
                            std::to_string(field.source().field);
    report->add({after == 0 ? FieldAction::dropped : FieldAction::truncated, FieldReason::size, key,
                 before, after});
}

void limit(Baggage& baggage, const Field& field, FieldReport* report) {
    const BagPath path = BagPath{field.source().bag}.field(field.source().field);
    const BagView content = path.find_in(baggage.bags());
    if (!content.present()) {
        return;
    }
    FieldScratch scratch;
    const auto text =
        field.source().read(baggage, field.source().bag, field.source().field, scratch);
    const std::size_t size = text.has_value() ? text->size() : content.content().size();
    if (size <= field.max_bytes()) {
        return;
    }
    ByteBuffer atom;
    std::size_t kept = 0;
    if (text.has_value() && is_datum(content, *text)) {
        const std::string_view cut = utf8_prefix(*text, field.max_bytes());
        kept = cut.size();
        char* const begin = atom.grow(atom_size(kept));
        atom.shrink_to(write_atom(begin, '\0', cut));
    }
    set_content(baggage, path, kept == 0 ? std::string_view{} : atom.view());
    tell_about(report, field, size, kept);
}

}  // namespace

Baggage within_bag_limits(Baggage baggage, const FieldSet& fields, FieldReport* report) {
    for (const Field& field : fields.fields()) {
        if (field.source().in_bag && field.limits_size()) {
            limit(baggage, field, report);
        }
    }
    return baggage;
}

}  // namespace ctx::detail
