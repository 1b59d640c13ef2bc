#include "logging/spdlog/json_formatter.hpp"
#include "logging/spdlog/record.hpp"
#include <ctx/logging/spdlog/formatter.hpp>

#include <utility>

namespace ctx::log {
namespace detail {
namespace {

class JsonFormatter final : public spdlog::formatter {
public:
    explicit JsonFormatter(std::shared_ptr<const JsonLines::Options> options)
        : options_(std::move(options)), lines_(options_) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
        lines_.append(out, record_of(message), log::record_context(message, buffer));
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(options_);
    }

private:
    std::shared_ptr<const JsonLines::Options> options_;
    JsonLines lines_;
};

class LineFormatter final : public spdlog::formatter {
public:
    LineFormatter(LineFormat format, LineOptions options)
        : format_(format),
          options_(std::move(options)),
          lines_(make_line_writer(format, options_)) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
        line_.clear();
        lines_->append(line_, record_of(message), log::record_context(message, buffer));
        out.append(line_.data(), line_.data() + line_.size());
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(format_, options_);
    }

private:
    LineFormat format_;
    LineOptions options_;
    std::unique_ptr<LineWriter> lines_;
    std::string line_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> make_json_formatter(
    std::shared_ptr<const JsonLines::Options> options) {
    return std::make_unique<JsonFormatter>(std::move(options));
}

}  // namespace detail

std::unique_ptr<spdlog::formatter> json_formatter(JsonLines::Options options) {
    return detail::make_json_formatter(
        std::make_shared<const JsonLines::Options>(std::move(options)));
}

std::unique_ptr<spdlog::formatter> line_formatter(LineFormat format, LineOptions options) {
    return std::make_unique<detail::LineFormatter>(format, std::move(options));
}

}  // namespace ctx::log
