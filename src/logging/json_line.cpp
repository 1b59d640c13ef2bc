#include "logging/copy_plain.hpp"
#include "logging/json_values.hpp"
#include "logging/log_stats.hpp"
#include "logging/shown_values.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/json_line.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace ctx::log {
namespace {

constexpr std::string_view before_trace = ",\"trace_id\":\"";
constexpr std::string_view before_span = "\",\"span_id\":\"";
constexpr std::string_view before_flags = "\",\"trace_flags\":\"";
constexpr std::size_t span_offset = before_trace.size() + TraceId::hex_digits + before_span.size();
constexpr std::size_t flags_offset = span_offset + SpanId::hex_digits + before_flags.size();
static_assert(flags_offset + 3 == max_ids_bytes);

constexpr std::string_view before_time = "{\"timestamp\":\"";
constexpr std::string_view before_level = "\",\"level\":\"";
constexpr std::string_view before_logger = "\",\"logger\":\"";
constexpr std::string_view before_message = "\",\"message\":\"";
constexpr std::string_view before_file = ",\"code.file.path\":\"";
constexpr std::string_view before_line = "\",\"code.line.number\":";
constexpr std::string_view before_function = ",\"code.function.name\":\"";
constexpr std::size_t time_size = 27;       // 2026-11-20T16:27:08.095260Z
constexpr std::size_t longest_level = 8;    // critical
constexpr std::size_t longest_number = 11;  // an int
constexpr std::size_t fixed_size = before_time.size() + time_size + before_level.size() +
                                   longest_level + before_logger.size() + before_message.size() + 3;
constexpr std::size_t source_size =
    before_file.size() + before_line.size() + longest_number + before_function.size() + 1;

char* put(char* out, std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// What stands between time and logger, in as many bytes as are copied at once.
struct LevelText {
    std::array<char, 40> text{};
    std::size_t size = 0;
};
constexpr std::size_t plain_size = fixed_size + sizeof(LevelText::text) + max_ids_bytes;
constexpr auto level_texts = [] {
    constexpr std::string_view names[] = {"trace", "debug",    "info", "warn",
                                          "error", "critical", "off",  "off"};
    std::array<LevelText, 8> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (const std::string_view part : {before_level, names[i], before_logger}) {
            for (const char c : part)
                texts[i].text[texts[i].size++] = c;
        }
    }
    return texts;
}();

std::string_view text_of(const char* text) noexcept {
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

}  // namespace

std::string_view level_name(Level level) noexcept {
    static constexpr std::string_view names[] = {"trace", "debug",    "info", "warn",
                                                 "error", "critical", "off"};
    const auto index = static_cast<std::size_t>(level);
    return index < std::size(names) ? names[index] : "off";
}

char* write_json_ids(char* out, const RecordContext& context) noexcept {
    if (!context.trace_id.is_valid()) return out;
    if (!context.id_template.empty()) {
        std::memcpy(out, context.id_template.data(), max_ids_bytes);
        ctx::detail::write_hex_u64(context.span_id.value(), out + span_offset);
        ctx::detail::write_hex_byte(context.flags.bits(), out + flags_offset);
        return out + max_ids_bytes;
    }
    out = put(out, before_trace);
    context.trace_id.write_hex(out);
    out += TraceId::hex_digits;
    if (context.span_id.is_valid()) {
        out = put(out, before_span);
        context.span_id.write_hex(out);
        out += SpanId::hex_digits;
    }
    out = put(out, before_flags);
    ctx::detail::write_hex_byte(context.flags.bits(), out);
    out += 2;
    *out++ = '"';
    return out;
}

std::string json_resource_members(const Resource& resource, const std::vector<std::string>& keys) {
    std::string members;
    for (auto key = keys.begin(); key != keys.end(); ++key) {
        const std::string_view value = resource.find(*key);
        if (value.empty() || !is_resource_name(*key) || std::find(keys.begin(), key, *key) != key) {
            continue;
        }
        members += ",\"";
        append_json_text(members, *key);
        members += "\":\"";
        append_json_text(members, value);
        members += '"';
    }
    return members;
}

JsonLines::JsonLines() : JsonLines(std::make_shared<const Options>()) {}

JsonLines::JsonLines(std::shared_ptr<const Options> options) : options_(std::move(options)) {}

std::string_view JsonLines::text_in(const LogRecord& record, Text which) noexcept {
    switch (which) {
        case Text::logger:
            return record.logger;
        case Text::message:
            return record.message;
        case Text::file:
            return text_of(record.source.file);
        case Text::function:
            break;
    }
    return text_of(record.source.function);
}

std::size_t JsonLines::plain_bound(const LogRecord& record,
                                   const RecordContext& context) const noexcept {
    std::size_t bound = plain_size + record.logger.size() + record.message.size() +
                        context.fields.size() + options_->resource_members.size();
    if (!context.values.empty()) bound += bound_of_values(context);
    if (record.source.file != nullptr) {
        bound += source_size + text_of(record.source.file).size() +
                 text_of(record.source.function).size();
    }
    return bound;
}

/// @param put_text  writes one of the record's texts, or returns null to give up
template <typename PutText>
char* JsonLines::write_with(char* out, const LogRecord& record, const RecordContext& context,
                            const PutText& put_text) noexcept {
    out = put(out, before_time);
    out = time_.write_micros(out, record.time);
    const LevelText& level = level_texts[static_cast<std::size_t>(record.level) & 7];
    std::memcpy(out, level.text.data(), level.text.size());
    out = put_text(out + level.size, Text::logger);
    if (out == nullptr) return nullptr;
    out = put_text(put(out, before_message), Text::message);
    if (out == nullptr) return nullptr;
    *out++ = '"';
    out = write_context(out, context);
    if (record.source.file != nullptr) {
        out = put_text(put(out, before_file), Text::file);
        if (out == nullptr) return nullptr;
        out = put(out, before_line);
        out = std::to_chars(out, out + longest_number, record.source.line).ptr;
        if (!text_of(record.source.function).empty()) {
            out = put_text(put(out, before_function), Text::function);
            if (out == nullptr) return nullptr;
            *out++ = '"';
        }
    }
    std::memcpy(out, "}\n", 2);
    return out + 2;
}

char* JsonLines::write_plain(char* out, const LogRecord& record,
                             const RecordContext& context) noexcept {
    return write_with(out, record, context, [&record](char* to, Text which) noexcept {
        return detail::copy_plain(to, text_in(record, which));
    });
}

JsonLines::Measured JsonLines::measure(const LogRecord& record,
                                       const RecordContext& context) const noexcept {
    Measured measured;
    measured.bound = plain_bound(record, context);
    bool repaired = false;
    for (const Text which : {Text::logger, Text::message, Text::file, Text::function}) {
        JsonText& text = measured.texts[static_cast<std::size_t>(which)];
        text = measure_json_text(text_in(record, which));
        measured.bound += text.size - text.text.size();  // escaping makes nothing shorter
        repaired |= text.repaired;
    }
    if (repaired) detail::invalid_utf8.add();
    return measured;
}

char* JsonLines::write(char* out, const LogRecord& record, const RecordContext& context,
                       const Measured& measured) noexcept {
    return write_with(out, record, context, [&measured](char* to, Text which) noexcept {
        return write_json_text(to, measured.texts[static_cast<std::size_t>(which)]);
    });
}

std::size_t JsonLines::bound_of_values(const RecordContext& context) const noexcept {
    std::size_t bound = 0;
    for (const Value& value : context.values) {
        bound += 8 + measure_json_text(value.key).size + detail::json_value_bound(value) +
                 detail::redacted.size();
    }
    return bound;
}

char* JsonLines::write_values(char* out, const RecordContext& context) const noexcept {
    const detail::ShownValues shown{context.values, context.fields, options_->secret_names,
                                    &is_reserved_name};
    shown.for_each([&out](const detail::ShownValue& each) {
        out = put(out, ",\"");
        out = write_json_text(out, measure_json_text(each.name()));
        out = put(out, "\":");
        out = detail::write_json_value(out, each.value());
    });
    return out;
}

char* JsonLines::write_context(char* out, const RecordContext& context) const noexcept {
    out = write_json_ids(out, context);
    out = write_fields(out, context.fields);
    if (!context.values.empty()) out = write_values(out, context);
    return put(out, options_->resource_members);
}

char* JsonLines::write_fields(char* out, std::string_view fields) const noexcept {
    const auto& only = options_->only_fields;
    if (only.empty()) return put(out, fields);
    std::string_view name;
    std::string_view value;
    while (true) {
        const char* begin = fields.data();
        if (!detail::next_field(fields, name, value)) return out;
        if (std::find(only.begin(), only.end(), name) == only.end()) continue;
        out = put(out, {begin, static_cast<std::size_t>(fields.data() - begin)});
    }
}

}  // namespace ctx::log
