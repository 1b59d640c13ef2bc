#include "propagation/leaving.hpp"
#include "propagation/passed_headers.hpp"
#include "propagation/text.hpp"
#include "propagation/w3c_lines.hpp"
#include <ctx/context/detail/environment.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/b3.hpp>
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/cloud_trace.hpp>
#include <ctx/propagation/datadog.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/jaeger.hpp>
#include <ctx/propagation/ottrace.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/quality.hpp>
#include <ctx/propagation/skywalking.hpp>
#include <ctx/propagation/tracecontext.hpp>
#include <ctx/propagation/tracing_plane.hpp>
#include <ctx/propagation/xray.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace ctx {
namespace {

/// What OTEL_PROPAGATORS can name. A new codec is a file of its own and a line here.
constexpr Format known_formats[] = {tracecontext_format,
                                    baggage_format,
                                    b3_format,
                                    b3_multi_format,
                                    jaeger_format,
                                    xray_format,
                                    ottrace_format,
                                    datadog_format,
                                    tracing_plane_format,
                                    cloud_trace_format,
                                    grpc_trace_bin_format,
                                    skywalking_format,
                                    tracing_plane_member_format};

constexpr std::string_view default_names = "tracecontext,baggage";

/// Without white space of any kind around it, such as the end of a line in a file of settings.
std::string_view trim_space(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n\v\f";
    const std::size_t begin = std::min(text.find_first_not_of(space), text.size());
    return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

/// The comma-separated names, trimmed, in lower case, without empty ones.
std::vector<std::string> split_names(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const std::string_view name = trim_space(detail::next_part(list, ','));
        if (!name.empty()) names.push_back(detail::lower_case(name));
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

std::vector<Format> without_duplicates(std::vector<Format> formats) {
    auto end = formats.begin();
    for (const Format& format : formats) {
        if (find_format(format.name, {formats.begin(), end}) == nullptr) *end++ = format;
    }
    formats.erase(end, formats.end());
    return formats;
}

/// Runs the formats; the two that most services speak in one walk.
void extract_formats(std::span<const Format> formats, const CarrierReader& from, Extraction& into) {
    if (formats.size() == 2 && formats[0].extract == &extract_tracecontext &&
        formats[1].extract == &extract_baggage) {
        return detail::extract_w3c(from, into);
    }
    for (const Format& format : formats)
        format.extract(from, into);
}

/// What is in the `baggage` header need not be in another one as well.
std::vector<Format> ready_to_write(std::vector<Format> formats) {
    if (find_format(baggage_format.name, formats) == nullptr) return formats;
    for (Format& format : formats) {
        if (format.inject_beside_baggage != nullptr) format.inject = format.inject_beside_baggage;
    }
    return formats;
}

}  // namespace

Propagators::Propagators() : Propagators{tracecontext_format, baggage_format} {}

Propagators::Propagators(std::initializer_list<Format> formats)
    : Propagators(std::vector<Format>(formats)) {}

Propagators::Propagators(std::vector<Format> formats)
    : read_(without_duplicates(std::move(formats))), write_(ready_to_write(read_)) {}

Propagators Propagators::reading(std::initializer_list<Format> formats) const {
    Propagators changed = *this;
    changed.read_ = without_duplicates(formats);
    return changed;
}

Propagators Propagators::writing(std::initializer_list<Format> formats) const {
    Propagators changed = *this;
    changed.write_ = ready_to_write(without_duplicates(formats));
    changed.leave_out_what_formats_write();
    return changed;
}

Propagators Propagators::conflict(Conflict rule) const {
    Propagators changed = *this;
    changed.conflict_ = rule;
    return changed;
}

Propagators Propagators::policy(Destination boundary, BoundaryPolicy policy) const {
    Propagators changed = *this;
    changed.policies_[static_cast<std::size_t>(boundary)] = policy;
    return changed;
}

Propagators Propagators::counted_by(PropagationQuality& quality) const {
    Propagators changed = *this;
    changed.quality_ = &quality;
    return changed;
}

Propagators Propagators::passing(std::span<const std::string_view> names) const {
    Propagators changed = *this;
    changed.asked_to_pass_.clear();
    for (const std::string_view name : names)
        changed.asked_to_pass_.push_back(detail::lower_case(name));
    changed.leave_out_what_formats_write();
    return changed;
}

void Propagators::leave_out_what_formats_write() {
    std::vector<std::string> passed = asked_to_pass_;
    std::erase_if(passed, [this](const std::string& name) { return owns(name); });
    passed_.reset();
    if (!passed.empty()) {
        passed_ = std::make_shared<const std::vector<std::string>>(std::move(passed));
    }
}

bool Propagators::owns(std::string_view header) const noexcept {
    return std::any_of(write_.begin(), write_.end(), [header](const Format& format) {
        const auto is_its = [header](std::string_view prefix) {
            return header.starts_with(prefix);
        };
        return std::find(format.fields.begin(), format.fields.end(), header) !=
                   format.fields.end() ||
               std::any_of(format.prefixes.begin(), format.prefixes.end(), is_its);
    });
}

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
    return named(detail::environment("OTEL_PROPAGATORS"), also);
}

bool detail::is_trace_header(std::string_view name) noexcept {
    const auto has = [name](std::span<const std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return name == "x-ot-span-context" ||
           std::any_of(
               std::begin(known_formats), std::end(known_formats),
               [&](const Format& format) { return has(format.fields) || has(format.also_reads); });
}

Propagators Propagators::at(Destination boundary) const {
    Propagators changed = *this;
    changed.boundary_ = boundary;
    return changed;
}

Context Propagators::extract_from(const CarrierReader& from, Context base,
                                  Destination sender) const {
    Extraction extraction{conflict_};
    extract_formats(read_, from, extraction);
    const Incoming incoming = policy(sender).incoming;
    if (quality_ != nullptr) quality_->received(extraction, incoming);
    Context context = std::move(extraction).finish(std::move(base), sender, incoming);
    if (passed_ != nullptr && incoming != Incoming::ignore) {
        const bool with_trace = incoming == Incoming::continue_trace;
        context = detail::keep_headers(from, *passed_, context, with_trace);
    }
    return context;
}

void Propagators::inject_into(ContextView context, const CarrierWriter& into,
                              Destination receiver) const {
    const TraceSending sending = policy(receiver).sending;
    const detail::Leaving leaving{context, receiver, sending};
    if (quality_ != nullptr) quality_->sent(leaving.context());
    for (const Format& format : write_)
        format.inject(leaving.context(), into);
    if (passed_ != nullptr && receiver == Destination::inside) {
        detail::write_kept_headers(context, *passed_, into, sending == TraceSending::all);
    }
}

void Propagators::forward_headers(const CarrierReader& from, const CarrierWriter& into) const {
    if (boundary_ != Destination::inside) {
        return inject_into(extract_from(from, {}, boundary_), into, boundary_);
    }
    for (const Format& format : read_)
        detail::forward_format(format, from, into);
    for (const Format& format : write_) {
        if (find_format(format.name, read_) == nullptr) detail::forward_format(format, from, into);
    }
    if (passed_ == nullptr) return;
    for (const std::string& name : *passed_)
        detail::forward_header(name, from, into);
}

Context detail::extract_default(const CarrierReader& from, Context base, Destination sender) {
    Extraction extraction;
    extract_w3c(from, extraction);
    const Incoming incoming = default_policies[static_cast<std::size_t>(sender)].incoming;
    return std::move(extraction).finish(std::move(base), sender, incoming);
}

void detail::inject_default(ContextView context, const CarrierWriter& into, Destination receiver) {
    const Leaving leaving{context, receiver,
                          default_policies[static_cast<std::size_t>(receiver)].sending};
    inject_tracecontext(leaving.context(), into);
    inject_baggage(leaving.context(), into);
}

}  // namespace ctx
