#include "propagation/text.hpp"
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/tracecontext.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

namespace ctx {
namespace {

/// What OTEL_PROPAGATORS can name. A new codec is a file of its own and a line here.
constexpr Format known_formats[] = {tracecontext_format, baggage_format};

constexpr std::string_view default_names = "tracecontext,baggage";

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return result;
}

/// The comma-separated names, trimmed, in lower case, without empty ones.
std::vector<std::string> split_names(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = detail::trim_ows(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (!name.empty()) names.push_back(lower(name));
    }
    return names;
}

const Format* find_format(std::string_view name, std::span<const Format> formats) noexcept {
    const auto at = std::find_if(formats.begin(), formats.end(),
                                 [name](const Format& format) { return format.name == name; });
    return at == formats.end() ? nullptr : &*at;
}

void report_unknown(const std::string& name) {
    const std::string shown = name.substr(0, 40);
    diagnose(Severity::warning, "propagation",
             "propagator '" + shown + "' is not available in this version and is left out");
}

/// The context as a receiver may see it: itself, or one whose baggage was governed.
class Leaving {
public:
    Leaving(ContextView context, Destination receiver) : seen_(context) {
        if (detail::is_governed(detail::governs_sending, receiver)) [[unlikely]] {
            govern(receiver);
        }
    }

    [[nodiscard]] ContextView context() const noexcept { return seen_; }

private:
    void govern(Destination receiver) {
        const Baggage& baggage = seen_.baggage();
        if (baggage.empty()) return;
        Baggage sent = detail::send_governed(baggage, receiver);
        if (sent.buffer() == baggage.buffer()) return;
        owned_ = seen_.with_baggage(std::move(sent));
        seen_ = owned_;
    }

    ContextView seen_;
    Context owned_;
};

std::vector<Format> without_duplicates(std::vector<Format> formats) {
    auto end = formats.begin();
    for (const Format& format : formats) {
        if (find_format(format.name, {formats.begin(), end}) == nullptr) *end++ = format;
    }
    formats.erase(end, formats.end());
    return formats;
}

}  // namespace

Propagators::Propagators() : Propagators{tracecontext_format, baggage_format} {}

Propagators::Propagators(std::initializer_list<Format> formats)
    : Propagators(std::vector<Format>(formats)) {}

Propagators::Propagators(std::vector<Format> formats)
    : formats_(without_duplicates(std::move(formats))) {}

Propagators Propagators::named(std::string_view names, std::span<const Format> also) {
    std::vector<std::string> wanted = split_names(names);
    if (wanted.empty()) wanted = split_names(default_names);
    std::vector<Format> formats;
    for (const std::string& name : wanted) {
        if (name == "none") return Propagators{std::vector<Format>{}};
        const Format* format = find_format(name, also);
        if (format == nullptr) format = find_format(name, known_formats);
        if (format == nullptr) {
            report_unknown(name);
        } else {
            formats.push_back(*format);
        }
    }
    return Propagators{std::move(formats)};
}

Propagators Propagators::from_environment(std::span<const Format> also) {
    const char* names = std::getenv("OTEL_PROPAGATORS");
    return named(names == nullptr ? std::string_view{} : std::string_view{names}, also);
}

Propagators Propagators::at(Destination boundary) const {
    Propagators changed = *this;
    changed.boundary_ = boundary;
    return changed;
}

Context Propagators::extract_from(const CarrierReader& from, Context base,
                                  Destination sender) const {
    Extraction extraction;
    for (const Format& format : formats_)
        format.extract(from, extraction);
    return std::move(extraction).finish(std::move(base), sender);
}

void Propagators::inject_into(ContextView context, const CarrierWriter& into,
                              Destination receiver) const {
    const Leaving leaving{context, receiver};
    for (const Format& format : formats_)
        format.inject(leaving.context(), into);
}

Context detail::extract_default(const CarrierReader& from, Context base, Destination sender) {
    Extraction extraction;
    extract_tracecontext(from, extraction);
    extract_baggage(from, extraction);
    return std::move(extraction).finish(std::move(base), sender);
}

void detail::inject_default(ContextView context, const CarrierWriter& into, Destination receiver) {
    const Leaving leaving{context, receiver};
    inject_tracecontext(leaving.context(), into);
    inject_baggage(leaving.context(), into);
}

}  // namespace ctx
