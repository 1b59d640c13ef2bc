#include "baggage/spelled_members.hpp"
#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/w3c_baggage.hpp>

namespace ctx {
namespace {

// Appends members as long as they fit, each whole.
class Renderer {
public:
    Renderer(std::string& out, BaggageLimits limits) noexcept
        : out_(out), begin_(out.size()), limits_(limits) {}

    void add_spelled(std::string_view member) {
        if (make_room(member.size())) {
            out_.append(member);
        }
    }

    void add_rendered(const BaggageEntry& entry) {
        if (!detail::is_token(entry.key)) {
            ++report_.unsendable_keys;
            return;
        }
        std::string properties(entry.properties.size(), '\0');
        const detail::WrittenProperties written =
            detail::write_properties(properties.data(), entry.properties);
        properties.resize(static_cast<std::size_t>(written.end - properties.data()));
        report_.bad_properties += written.bad;
        const std::size_t value_size = detail::encoded_size(entry.value);
        if (!make_room(entry.key.size() + 1 + value_size +
                       (properties.empty() ? 0 : 1 + properties.size()))) {
            return;
        }
        out_.append(entry.key).push_back('=');
        const std::size_t value_begin = out_.size();
        out_.resize(value_begin + value_size);
        detail::write_encoded(out_.data() + value_begin, entry.value);
        if (!properties.empty()) {
            out_.append(1, ';').append(properties);
        }
    }

    [[nodiscard]] const EncodeReport& report() const noexcept { return report_; }

private:
    // Whether a member of that size fits; counts it and writes the separator.
    bool make_room(std::size_t member_size) {
        const std::size_t used = out_.size() - begin_;
        const std::size_t separator = report_.written == 0 ? 0 : 1;
        if (report_.written >= limits_.max_members ||
            used + separator + member_size > limits_.max_bytes) {
            ++report_.over_limit;
            return false;
        }
        out_.append(separator, ',');
        ++report_.written;
        return true;
    }

    std::string& out_;
    std::size_t begin_;
    BaggageLimits limits_;
    EncodeReport report_;
};

// The text as it stands, when there is one and it is within the limits.
bool fits_as_it_is(const Baggage& baggage, BaggageLimits limits, EncodeReport* report) {
    const std::string_view text = baggage.text();
    if (text.empty() || text.size() > limits.max_bytes) {
        return false;
    }
    // A member takes at least a key, "=" and a separator: most texts need no count.
    const std::size_t members = report != nullptr || text.size() / 3 >= limits.max_members
                                    ? baggage.size()
                                    : std::size_t{0};
    if (members > limits.max_members) {
        return false;
    }
    if (report != nullptr) {
        *report = {};
        report->written = members;
    }
    return true;
}

}  // namespace

void append_w3c(std::string& out, const Baggage& baggage, BaggageLimits limits,
                EncodeReport* report) {
    if (fits_as_it_is(baggage, limits, report)) {
        out.append(baggage.text());
        return;
    }
    Renderer renderer(out, limits);
    if (!baggage.empty()) {
        detail::SpelledMembers spelled(baggage.buffer()->text());
        for (std::size_t i = 0; i < spelled.size(); ++i) {
            renderer.add_spelled(spelled[i].text());
        }
        for (const BaggageEntry& entry : baggage) {
            if (spelled.find(entry.key) == nullptr) {
                renderer.add_rendered(entry);
            }
        }
    }
    if (report != nullptr) {
        *report = renderer.report();
    }
}

std::string_view W3CBaggageWriter::write(const Baggage& baggage, EncodeReport* report) {
    if (fits_as_it_is(baggage, limits_, report)) {
        return baggage.text();
    }
    rendered_.clear();
    append_w3c(rendered_, baggage, limits_, report);
    return rendered_;
}

}  // namespace ctx
