// For people at a terminal: local time, short ids behind the message, colours where wanted.

#include "logging/digits.hpp"
#include "logging/format/parts.hpp"
#include <ctx/context/detail/environment.hpp>

#include <unistd.h>

#include <array>
#include <ctime>

namespace ctx::log::detail {

bool is_console_name(std::string_view name) noexcept {
    return name == "trace" || name == "span";
}

namespace {

constexpr std::size_t short_id = 8;
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view reset = "\x1b[0m";

std::string_view padded_level(Level level) noexcept {
    static constexpr std::array<std::string_view, 7> names{"TRACE", "DEBUG", "INFO ", "WARN ",
                                                           "ERROR", "CRIT ", "     "};
    return names[static_cast<std::size_t>(level) % names.size()];
}

std::string_view level_color(Level level) noexcept {
    static constexpr std::array<std::string_view, 7> colors{
        "\x1b[37m", "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[1;31m", ""};
    return colors[static_cast<std::size_t>(level) % colors.size()];
}

/// Time of day on the machine's clock, remembered for a second.
class LocalTime {
public:
    void append(std::string& out, std::chrono::system_clock::time_point time) {
        using namespace std::chrono;
        const auto millis = floor<milliseconds>(time.time_since_epoch());
        const auto second = floor<seconds>(millis);
        if (second != second_) {
            const std::time_t calendar = second.count();
            std::tm local{};
            localtime_r(&calendar, &local);
            char* at = put_digits<2>(text_.data(), static_cast<std::uint32_t>(local.tm_hour));
            *at++ = ':';
            at = put_digits<2>(at, static_cast<std::uint32_t>(local.tm_min));
            *at++ = ':';
            put_digits<2>(at, static_cast<std::uint32_t>(local.tm_sec));
            second_ = second;
        }
        out.append(text_.data(), text_.size());
        const auto rest = static_cast<std::uint32_t>((millis - second).count());
        out += '.';
        out += static_cast<char>('0' + rest / 100);
        std::array<char, 2> digits;
        put_digits<2>(digits.data(), rest % 100);
        out.append(digits.data(), digits.size());
    }

private:
    std::chrono::seconds second_ = std::chrono::seconds::min();
    std::array<char, 8> text_{};
};

void append_pair(std::string& out, std::string_view name, std::string_view text) {
    out += ' ';
    append_visible(out, name);
    out += '=';
    const bool quoted = text.empty() || text.find(' ') != std::string_view::npos;
    if (quoted) out += '"';
    out += text;
    if (quoted) out += '"';
}

template <typename Id>
void append_short_id(std::string& out, std::string_view name, const Id& id) {
    if (!id.is_valid()) return;
    out += name;
    const std::size_t before = out.size();
    append_id(out, id);
    out.resize(before + short_id);
}

class ConsoleWriter final : public LineWriter {
public:
    explicit ConsoleWriter(LineOptions options) : options_(std::move(options)) {}

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        time_.append(out, record.time);
        out += ' ';
        if (options_.color) out += level_color(record.level);
        out += padded_level(record.level);
        if (options_.color) out += reset;
        out += ' ';
        if (!record.logger.empty()) {
            out += ' ';
            append_visible(out, record.logger);
        }
        out += "  ";
        append_visible(out, record.message);
        std::string behind;
        append_context(behind, context);
        if (!behind.empty()) {
            if (options_.color) out += dim;
            out += ' ' + behind;
            if (options_.color) out += reset;
        }
        out += '\n';
    }

private:
    void append_context(std::string& out, const RecordContext& context) const {
        for_each_value(context, options_, &is_console_name, [&out](const ShownValue& each) {
            std::string text;
            append_value_text(text, each.value());
            append_pair(out, each.name(), text);
        });
        for_each_field(
            context, options_, &is_console_name,
            [&out](std::string_view name, std::string_view text) { append_pair(out, name, text); });
        if (!context.trace_id.is_valid()) return;
        append_short_id(out, out.empty() ? " trace=" : "  trace=", context.trace_id);
        append_short_id(out, " span=", context.span_id);
    }

    LineOptions options_;
    LocalTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_console_writer(LineOptions options) {
    return std::make_unique<ConsoleWriter>(std::move(options));
}

}  // namespace ctx::log::detail

bool ctx::log::wants_color(int file_descriptor) noexcept {
    // https://no-color.org and https://bixense.com/clicolors
    using ctx::detail::environment;
    if (!environment("NO_COLOR").empty()) return false;
    const std::string_view forced = environment("CLICOLOR_FORCE");
    if (!forced.empty() && forced != "0") return true;
    return isatty(file_descriptor) == 1 && environment("TERM") != "dumb";
}
