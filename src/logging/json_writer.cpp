#include "logging/log_stats.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/json_writer.hpp>

#include <ios>
#include <memory>
#include <ostream>
#include <utility>

namespace ctx::log {
namespace {

constexpr std::size_t max_kept_bytes = std::size_t{64} << 10;

void write_to(std::ostream& out, std::string_view line) {
    try {
        out.write(line.data(), static_cast<std::streamsize>(line.size()));
    } catch (...) {
        out.clear();
        throw;
    }
    if (out) return;
    out.clear();
    throw std::ios_base::failure{"the stream failed"};
}

}  // namespace

JsonWriter::JsonWriter(Sink sink, JsonLines::Options options)
    : lines_(std::make_shared<const JsonLines::Options>(std::move(options))),
      sink_(std::move(sink)) {}

JsonWriter::JsonWriter(std::ostream& out, JsonLines::Options options)
    : JsonWriter([&out](std::string_view line) { write_to(out, line); }, std::move(options)) {
    stream_ = &out;
}

bool JsonWriter::write(const LogRecord& record) noexcept {
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    return write(record, record_context(current(), buffer));
}

bool JsonWriter::write(const LogRecord& record, const RecordContext& context) noexcept {
    try {
        const std::lock_guard lock{mutex_};
        if (line_.capacity() > max_kept_bytes) line_ = {};
        line_.clear();
        lines_.append(line_, record, context);
        sink_(line_);
        return true;
    } catch (...) {
        detail::refused_lines.add();
        return false;
    }
}

void JsonWriter::flush() noexcept {
    if (stream_ == nullptr) return;
    try {
        const std::lock_guard lock{mutex_};
        stream_->flush();
        stream_->clear();
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody to tell
    }
}

}  // namespace ctx::log
