#include "logging/spdlog/json_formatter.hpp"
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
        const LogRecord record{
            message.time,
            static_cast<Level>(message.level),
            {message.logger_name.data(), message.logger_name.size()},
            {message.payload.data(), message.payload.size()},
            {message.source.filename, message.source.line, message.source.funcname}};
        lines_.append(out, record, log::record_context(message, buffer));
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>(options_);
    }

private:
    std::shared_ptr<const JsonLines::Options> options_;
    JsonLines lines_;
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

}  // namespace ctx::log
