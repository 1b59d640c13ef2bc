#include "logging/log_stats.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/json_line.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

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

constexpr auto decimal_pairs = [] {
    std::array<char, 200> table{};
    for (std::size_t i = 0; i < 100; ++i) {
        table[2 * i] = static_cast<char>('0' + i / 10);
        table[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return table;
}();

template <std::size_t Digits>
char* put_number(char* out, std::uint32_t value) noexcept {
    static_assert(Digits % 2 == 0);
    for (std::size_t i = Digits; i > 0; i -= 2, value /= 100)
        std::memcpy(out + i - 2, &decimal_pairs[2 * (value % 100)], 2);
    return out + Digits;
}

/// Date and time of day of a second since 1970, in UTC: 2026-11-20T16:27:08. with the dot.
void write_second(char* out, std::int64_t second) noexcept {
    using namespace std::chrono;
    const sys_seconds time{seconds{second}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto of_day = static_cast<std::uint32_t>((time - day).count());
    out = put_number<4>(out, static_cast<std::uint32_t>(static_cast<int>(date.year())));
    *out++ = '-';
    out = put_number<2>(out, static_cast<unsigned>(date.month()));
    *out++ = '-';
    out = put_number<2>(out, static_cast<unsigned>(date.day()));
    *out++ = 'T';
    out = put_number<2>(out, of_day / 3600);
    *out++ = ':';
    out = put_number<2>(out, of_day / 60 % 60);
    *out++ = ':';
    out = put_number<2>(out, of_day % 60);
    *out = '.';
}

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

JsonLines::JsonLines(std::shared_ptr<const Options> options)
    : options_(std::move(options)), cached_second_(std::numeric_limits<std::int64_t>::min()) {}

JsonLines::Measured JsonLines::measure(const LogRecord& record,
                                       const RecordContext& context) const noexcept {
    Measured measured;
    measured.logger = measure_json_text(record.logger);
    measured.message = measure_json_text(record.message);
    measured.bound = fixed_size + measured.logger.size + measured.message.size + max_ids_bytes +
                     context.fields.size() + options_->resource_members.size();
    bool repaired = measured.logger.repaired || measured.message.repaired;
    if (record.source.file != nullptr) {
        measured.file = measure_json_text(record.source.file);
        measured.function = measure_json_text(text_of(record.source.function));
        measured.bound += source_size + measured.file.size + measured.function.size;
        repaired |= measured.file.repaired || measured.function.repaired;
    }
    if (repaired) detail::invalid_utf8.add();
    return measured;
}

char* JsonLines::write(char* out, const LogRecord& record, const RecordContext& context,
                       const Measured& measured) noexcept {
    out = put(out, before_time);
    out = write_time(out, record.time);
    out = put(out, before_level);
    out = put(out, level_name(record.level));
    out = put(out, before_logger);
    out = write_json_text(out, measured.logger);
    out = put(out, before_message);
    out = write_json_text(out, measured.message);
    *out++ = '"';
    out = write_json_ids(out, context);
    out = write_fields(out, context.fields);
    out = put(out, options_->resource_members);
    if (record.source.file != nullptr) {
        out = put(out, before_file);
        out = write_json_text(out, measured.file);
        out = put(out, before_line);
        out = std::to_chars(out, out + longest_number, record.source.line).ptr;
        if (measured.function.size != 0) {
            out = put(out, before_function);
            out = write_json_text(out, measured.function);
            *out++ = '"';
        }
    }
    *out++ = '}';
    *out++ = '\n';
    return out;
}

char* JsonLines::write_time(char* out, std::chrono::system_clock::time_point time) noexcept {
    using namespace std::chrono;
    const std::int64_t micros = floor<microseconds>(time.time_since_epoch()).count();
    const std::int64_t second = floor<seconds>(microseconds{micros}).count();
    if (second != cached_second_) {
        write_second(cached_text_.data(), second);
        cached_second_ = second;
    }
    out = put(out, {cached_text_.data(), cached_text_.size()});
    out = put_number<6>(out, static_cast<std::uint32_t>(micros - second * 1'000'000));
    *out++ = 'Z';
    return out;
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
