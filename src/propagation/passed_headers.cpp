#include "propagation/passed_headers.hpp"

#include "propagation/complaint.hpp"
#include "propagation/text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ctx::detail {
namespace {

constexpr std::size_t max_headers = 32;
constexpr std::size_t max_bytes = 16384;

Complaint dropped{"ctx_propagation_passed_headers_dropped_total",
                  "Headers to be passed on that were too many or too long.",
                  "headers to be passed on were too many or too long and were dropped"};

/// Name and value.
using Headers = std::vector<std::pair<std::string, std::string>>;
constinit const Key<Headers> headers_key{"passed-headers"};

/// The lines of one header: a view of the only one, or all of them with ',' between.
class Lines {
public:
    explicit Lines(std::string_view name, const CarrierReader& from) {
        from.find(name, [this](std::string_view line) { add(line); });
    }
    [[nodiscard]] bool any() const noexcept { return count_ > 0; }
    [[nodiscard]] std::string_view text() const noexcept {
        return count_ > 1 ? std::string_view{joined_} : only_;
    }

private:
    void add(std::string_view line) {
        if (++count_ == 1) {
            only_ = line;
            return;
        }
        if (count_ == 2) joined_ = only_;
        joined_.append(1, ',').append(line);
    }

    std::string_view only_;
    std::string joined_;
    std::size_t count_ = 0;
};

}  // namespace

Context keep_headers(const CarrierReader& from, const std::vector<std::string>& names,
                     const Context& context) {
    Headers kept;
    std::size_t bytes = 0;
    for (const std::string& name : names) {
        const Lines lines{name, from};
        if (!lines.any()) continue;
        const std::size_t size = name.size() + lines.text().size();
        if (kept.size() == max_headers || bytes + size > max_bytes) {
            dropped.count();
            continue;
        }
        bytes += size;
        kept.emplace_back(name, lines.text());
    }
    return kept.empty() ? context : context.with(headers_key, std::move(kept));
}

void write_kept_headers(ContextView context, const std::vector<std::string>& names,
                        const CarrierWriter& into) {
    const Headers* kept = context.get(headers_key);
    for (const std::string& name : names) {
        const auto is_it = [&name](const auto& header) { return header.first == name; };
        const auto at = kept == nullptr ? Headers::const_iterator{}
                                        : std::find_if(kept->begin(), kept->end(), is_it);
        if (kept == nullptr || at == kept->end()) {
            into.remove(name);
        } else {
            into.set(name, at->second);
        }
    }
}

void forward_header(std::string_view name, const CarrierReader& from, const CarrierWriter& into) {
    const Lines lines{name, from};
    return lines.any() ? into.set(name, lines.text()) : into.remove(name);
}

void forward_format(const Format& format, const CarrierReader& from, const CarrierWriter& into) {
    for (const std::string_view name : format.fields)
        forward_header(name, from, into);
    for (const std::string_view name : format.also_reads)
        forward_header(name, from, into);
    for (const std::string_view prefix : format.prefixes) {
        into.remove_prefixed(prefix);
        from.for_each([&](std::string_view found, std::string_view value) {
            const bool is_entry = found.size() > prefix.size();
            if (is_entry && header_begins_with(found, prefix)) into.set(lower_case(found), value);
        });
    }
}

}  // namespace ctx::detail
