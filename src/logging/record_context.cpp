#include "logging/log_stats.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/context/detail/node.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/json_text.hpp>
#include <ctx/logging/record_context.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace ctx::log {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// The rendered fields of a trace and its baggage, kept with the node. The bytes follow the object:
/// first the ids, then the fields.
struct FragmentFacet final : ctx::detail::Facet {
    std::uint32_t ids_size = 0;
    std::uint32_t fields_size = 0;

    [[nodiscard]] char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] std::string_view ids() noexcept { return {bytes(), ids_size}; }
    [[nodiscard]] std::string_view fields() noexcept { return {bytes() + ids_size, fields_size}; }
};

void destroy(ctx::detail::Facet* facet) noexcept {
    auto* mine = static_cast<FragmentFacet*>(facet);
    mine->~FragmentFacet();
    ::operator delete(mine);
}

/// The value as it is logged: as the declaration says, within the limits of a line.
ShownValue logged_value(const FieldSet& set, const Field& field, const Baggage& baggage,
                        FieldScratch& scratch) noexcept {
    const ShownValue shown = set.shown(field, baggage, scratch);
    const std::string_view kept = utf8_prefix(shown.text, max_value_bytes);
    return {kept, shown.cut || kept.size() < shown.text.size()};
}

class FieldsWriter {
public:
    explicit FieldsWriter(FragmentBuffer& buffer) noexcept : bytes_(buffer.bytes) {}

    void add(const Field& field, const ShownValue& shown) noexcept {
        const auto [text, cut] = shown;
        if (text.empty()) return;
        if (is_reserved_name(field.log_name())) {
            detail::refused_fields.add();
            return;
        }
        const JsonText name = measure_json_text(field.log_name());
        const JsonText value = measure_json_text(text);
        const std::size_t size = 6 + name.size + value.size + (cut ? ellipsis.size() : 0);
        if (count_ == max_fields || used_ + size > bytes_.size()) {
            detail::truncated.add();
            return;
        }
        if (cut) detail::truncated.add();
        if (value.repaired) detail::invalid_utf8.add();
        write(name, value, cut ? ellipsis : std::string_view{});
        ++count_;
    }

    [[nodiscard]] std::string_view written() const noexcept { return {bytes_.data(), used_}; }

private:
    void write(const JsonText& name, const JsonText& value, std::string_view end) noexcept {
        char* out = bytes_.data() + used_;
        *out++ = ',';
        *out++ = '"';
        out = write_json_text(out, name);
        *out++ = '"';
        *out++ = ':';
        *out++ = '"';
        out = write_json_text(out, value);
        out = std::copy(end.begin(), end.end(), out);
        *out++ = '"';
        used_ = static_cast<std::size_t>(out - bytes_.data());
    }

    std::array<char, max_fields_bytes>& bytes_;
    std::size_t used_ = 0;
    std::size_t count_ = 0;
};

std::string_view render_fields(const FieldSet& set, const Baggage& baggage,
                               FragmentBuffer& buffer) noexcept {
    FieldsWriter writer{buffer};
    for (const Field& field : set.log_fields()) {
        FieldScratch scratch;  // NOLINT(*-member-init): written before it is read
        writer.add(field, logged_value(set, field, baggage, scratch));
    }
    return writer.written();
}

/// Keeps what was rendered with the node. @return null without memory.
FragmentFacet* install(const ctx::detail::Node& node, std::uint32_t generation,
                       const RecordContext& rendered) noexcept {
    std::array<char, max_ids_bytes> ids;  // NOLINT(*-member-init): written before it is read
    const auto ids_size =
        static_cast<std::size_t>(write_json_ids(ids.data(), rendered) - ids.data());
    void* memory =
        ::operator new(sizeof(FragmentFacet) + ids_size + rendered.fields.size(), std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* facet = new (memory) FragmentFacet;
    facet->generation = generation;
    facet->destroy = destroy;
    facet->ids_size = static_cast<std::uint32_t>(ids_size);
    facet->fields_size = static_cast<std::uint32_t>(rendered.fields.size());
    char* out = std::copy_n(ids.data(), ids_size, facet->bytes());
    std::copy(rendered.fields.begin(), rendered.fields.end(), out);
    return static_cast<FragmentFacet*>(
        ctx::detail::install_facet(node, ctx::detail::FacetSlot::log_fragment, facet));
}

void borrow(RecordContext& context, FragmentFacet& facet) noexcept {
    context.fields = facet.fields();
    // A trace that had no span when this was rendered has a shorter form: not a template.
    if (context.span_id.is_valid() && facet.ids_size == max_ids_bytes) {
        context.id_template = facet.ids();
    }
}

/// @param may_install  nobody has kept the fields of this node yet
void render(RecordContext& result, const ctx::detail::Node& node, const PublishedFields& published,
            bool may_install, FragmentBuffer& buffer) noexcept {
    result.fields = render_fields(published.set, node.baggage, buffer);
    if (!may_install || result.empty()) return;
    FragmentFacet* facet = install(node, published.generation, result);
    if (facet != nullptr && facet->generation == published.generation) borrow(result, *facet);
}

}  // namespace

RecordContext record_context(ContextView context, FragmentBuffer& buffer) noexcept {
    RecordContext result;  // one, and returned by name: it is not copied
    const ctx::detail::Node* node = context.node();
    if (node == nullptr) return result;
    result.trace_id = node->trace_id;
    result.span_id = node->span_id;
    result.flags = node->flags;
    const PublishedFields published = published_fields();
    auto* facet = static_cast<FragmentFacet*>(
        ctx::detail::facet_of(*node, ctx::detail::FacetSlot::log_fragment));
    if (facet != nullptr && facet->generation == published.generation) [[likely]] {
        borrow(result, *facet);
    } else {
        render(result, *node, published, facet == nullptr, buffer);
    }
    return result;
}

bool is_resource_name(std::string_view name) noexcept {
    static constexpr std::string_view spaces[] = {"service.",   "deployment.", "telemetry.",
                                                  "host.",      "process.",    "os.",
                                                  "container.", "k8s.",        "cloud."};
    return std::any_of(std::begin(spaces), std::end(spaces),
                       [&](std::string_view space) { return name.starts_with(space); });
}

bool is_reserved_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {"timestamp", "level",   "logger",     "message",
                                                 "trace_id",  "span_id", "trace_flags"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           name.starts_with("code.") || is_resource_name(name);
}

}  // namespace ctx::log
