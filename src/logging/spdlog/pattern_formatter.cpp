// %Q, %q and %J in spdlog's patterns.

#include <ctx/logging/spdlog/formatter.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ctx::log {
namespace {

using Options = std::shared_ptr<const JsonLines::Options>;
/// Appends what a flag stands for.
using Write = void (*)(spdlog::memory_buf_t& out, const RecordContext& context,
                       const JsonLines::Options& options);

template <typename Id>
void write_id(spdlog::memory_buf_t& out, const Id& id) {
    std::array<char, Id::hex_digits> text;  // NOLINT(*-member-init): written before it is read
    id.write_hex(text.data());
    out.append(text.data(), text.data() + text.size());
}

void write_trace_id(spdlog::memory_buf_t& out, const RecordContext& context,
                    const JsonLines::Options& /*options*/) {
    if (context.trace_id.is_valid()) write_id(out, context.trace_id);
}

void write_span_id(spdlog::memory_buf_t& out, const RecordContext& context,
                   const JsonLines::Options& /*options*/) {
    if (context.trace_id.is_valid() && context.span_id.is_valid()) write_id(out, context.span_id);
}

void write_fields(spdlog::memory_buf_t& out, const RecordContext& context,
                  const JsonLines::Options& options) {
    RecordContext without_ids = context;
    without_ids.trace_id = {};
    const std::size_t begin = out.size();
    out.resize(begin + text_suffix_bound(without_ids));
    char* const text = out.data() + begin;
    const char* end = write_text_suffix(text, without_ids, &options);
    if (end != text) end = std::copy(text + 1, const_cast<char*>(end), text);  // no space in front
    out.resize(static_cast<std::size_t>(end - out.data()));
}

/// Fills up or cuts what was written from `begin` on, as spdlog's own flags do.
void pad(spdlog::memory_buf_t& out, std::size_t begin,
         const spdlog::details::padding_info& padding) {
    using Side = spdlog::details::padding_info::pad_side;
    const std::size_t size = out.size() - begin;
    if (size >= padding.width_) {
        if (padding.truncate_) out.resize(begin + padding.width_);
        return;
    }
    const std::size_t missing = padding.width_ - size;
    const std::size_t before = padding.side_ == Side::left     ? missing
                               : padding.side_ == Side::center ? missing / 2
                                                               : 0;
    out.resize(begin + padding.width_);
    char* const text = out.data() + begin;
    std::copy_backward(text, text + size, text + before + size);
    std::fill_n(text, before, ' ');
    std::fill_n(text + before + size, missing - before, ' ');
}

class ContextFlag final : public spdlog::custom_flag_formatter {
public:
    ContextFlag(Write write, Options options) : write_(write), options_(std::move(options)) {}

    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& out) override {
        const std::size_t begin = out.size();
        FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
        write_(out, record_context(message, buffer), *options_);
        pad(out, begin, padinfo_);
    }

    [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<ContextFlag>(write_, options_);
    }

private:
    Write write_;
    Options options_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> pattern_formatter(std::string pattern,
                                                     JsonLines::Options options) {
    const auto shared = std::make_shared<const JsonLines::Options>(std::move(options));
    spdlog::pattern_formatter::custom_flags flags;
    flags['Q'] = std::make_unique<ContextFlag>(&write_trace_id, shared);
    flags['q'] = std::make_unique<ContextFlag>(&write_span_id, shared);
    flags['J'] = std::make_unique<ContextFlag>(&write_fields, shared);
    return std::make_unique<spdlog::pattern_formatter>(
        std::move(pattern), spdlog::pattern_time_type::local, spdlog::details::os::default_eol,
        std::move(flags));
}

}  // namespace ctx::log
