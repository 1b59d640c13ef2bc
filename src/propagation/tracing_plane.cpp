#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/carriers.hpp>
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/tracing_plane.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {
namespace {

constexpr std::string_view member_key = "tp";
constexpr std::size_t max_text = 16384;  // of all lists of a request together
constexpr std::size_t max_lists = 64;

detail::Complaint malformed{"ctx_propagation_tracing_plane_malformed_total",
                            "x-baggage headers and tp members that were no base64.",
                            "an x-baggage header or a tp member was no base64 and was dropped"};
detail::Complaint cut{"ctx_propagation_tracing_plane_cut_total",
                      "Lists of atoms that did not fit into their header and were trimmed.",
                      "typed baggage did not fit into its header and was trimmed"};

/// The atoms of base64 text, whole or not at all.
Baggage decoded(std::string_view text, Extraction& into) {
    auto bytes = text.size() <= max_text ? decode_base64(text) : std::nullopt;
    if (!bytes) {
        malformed.count();
        into.dropped_members(1);
        return {};
    }
    return Baggage::from_atoms(*bytes);
}

std::string encoded(const Baggage& baggage, std::size_t max_atoms) {
    if (baggage.atoms().size() <= max_atoms) return encode_base64url(baggage.atoms());
    cut.count();
    return encode_base64url(baggage.trimmed(max_atoms));
}

Baggage without_strings(const Baggage& baggage) {
    if (!baggage.bag(0).present()) return baggage;
    static const BagPath strings{0U};
    return with_content(baggage, strings, {});
}

void write(const Baggage& baggage, const CarrierWriter& into) {
    if (baggage.empty()) return into.remove("x-baggage");
    into.set("x-baggage", encoded(baggage, tracing_plane_max_atoms));
}

/// The bytes of atoms that fit as a member behind `used` characters of the header.
std::size_t room_for_member(std::size_t used) noexcept {
    const std::size_t taken = used + member_key.size() + 2;  // "," and "="
    const std::size_t limit = BaggageLimits{}.max_bytes;
    return taken >= limit ? 0 : (limit - taken) / 4 * 3;
}

/// The lists of all lines, and of all items of a line, as one. What is beyond the limits of both
/// counts as dropped.
class Lists {
public:
    void add_line(std::string_view line, Extraction& into) {
        while (!line.empty()) {
            const std::string_view text = detail::trim_ows(detail::next_part(line, ','));
            if (!text.empty()) add(text, into);
        }
    }

    [[nodiscard]] Baggage merged() const {
        if (found_.size() < 2) return found_.empty() ? Baggage{} : found_.front();
        std::vector<std::string_view> lists;
        for (const Baggage& baggage : found_)
            lists.push_back(baggage.atoms());
        return Baggage::from_atoms(merge_atoms(std::span<const std::string_view>{lists}));
    }

private:
    void add(std::string_view text, Extraction& into) {
        if (found_.size() == max_lists || characters_ + text.size() > max_text) {
            malformed.count();
            return into.dropped_members(1);
        }
        characters_ += text.size();
        Baggage found = decoded(text, into);
        if (!found.empty()) found_.push_back(std::move(found));
    }

    std::vector<Baggage> found_;
    std::size_t characters_ = 0;
};

}  // namespace

void extract_tracing_plane(const CarrierReader& from, Extraction& into) {
    Lists lists;
    from.find("x-baggage", [&](std::string_view line) { lists.add_line(line, into); });
    Baggage merged = lists.merged();
    if (!merged.empty()) into.found(std::move(merged));
}

void inject_tracing_plane(ContextView context, const CarrierWriter& into) {
    write(context.baggage(), into);
}

void inject_tracing_plane_bags(ContextView context, const CarrierWriter& into) {
    write(without_strings(context.baggage()), into);
}

void extract_tracing_plane_member(const CarrierReader& from, Extraction& into) {
    Extraction header;
    extract_baggage(from, header);
    into.dropped_members(header.dropped_members());
    const auto text = header.baggage().find(member_key);
    if (!text) {
        if (!header.baggage().empty()) into.found(header.baggage());
        return;
    }
    Baggage strings = header.baggage().remove(member_key);
    Baggage bags = decoded(*text, into);
    if (!strings.empty()) into.found(std::move(strings));
    if (!bags.empty()) into.found(std::move(bags));
}

void inject_tracing_plane_member(ContextView context, const CarrierWriter& into) {
    const Baggage bags = without_strings(context.baggage());
    // An entry of that name came in through a propagator that took the member for one.
    const bool has_entry = context.baggage().find(member_key).has_value();
    if (bags.empty() && !has_entry) return inject_baggage(context, into);
    std::string header =
        write_baggage_header(has_entry ? context.baggage().remove(member_key) : context.baggage());
    if (bags.empty()) {
        if (header.empty()) return into.remove("baggage");
        return into.set("baggage", header);
    }
    const std::size_t room = room_for_member(header.size());
    if (room == 0) {
        cut.count();
    } else {
        if (!header.empty()) header += ',';
        header.append(member_key).append(1, '=').append(encoded(bags, room));
    }
    into.set("baggage", header);
}

}  // namespace ctx
