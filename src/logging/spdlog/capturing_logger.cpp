#include "logging/spdlog/capturing_logger.hpp"

#include "logging/spdlog/admission.hpp"
#include "logging/spdlog/installation.hpp"
#include "logging/spdlog/record.hpp"
#include "logging/spdlog/remembered.hpp"
#include "logging/spdlog/sink_access.hpp"
#include <ctx/logging/capture.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace ctx::log::detail {
namespace {

// Messages up to this size, with their context, are put together on the stack.
constexpr std::size_t stack_bytes = 1536;

}  // namespace

std::shared_ptr<CapturingLogger> CapturingLogger::create(const spdlog::logger& like,
                                                         std::shared_ptr<spdlog::logger> queue,
                                                         std::shared_ptr<spdlog::logger> original) {
    auto made = std::make_shared<CapturingLogger>(like, std::move(queue), std::move(original));
    // A sink that throws on a worker is the business of whatever handler this logger has by then.
    made->queue_->set_error_handler(
        [weak = made->weak_from_this(), last = made->custom_err_handler_](const std::string& what) {
            if (const auto self = weak.lock()) {
                self->err_handler_(what);
            } else if (last) {
                last(what);
            }
        });
    return made;
}

CapturingLogger::CapturingLogger(const spdlog::logger& like, std::shared_ptr<spdlog::logger> queue,
                                 std::shared_ptr<spdlog::logger> original)
    : ContextLogger(like, std::move(original)), queue_(std::move(queue)) {
    sinks_ = queue_->sinks();
    queue_->disable_backtrace();  // this logger keeps it
}

std::shared_ptr<spdlog::logger> CapturingLogger::clone(std::string name) {
    auto queue = queue_->clone(name);
    remember_queue(queue);
    auto copy = create(*this, std::move(queue), nullptr);
    copy->name_ = std::move(name);
    return copy;
}

void CapturingLogger::sink_it_(const spdlog::details::log_msg& message) {
    // spdlog's worker flushes as its own logger's level says.
    if (queue_->flush_level() != flush_level()) queue_->flush_on(flush_level());
    if (is_copy(message)) {
        // Out of the backtrace. What was above the level then has its context behind it.
        if (split_capture({message.payload.data(), message.payload.size()})) {
            SinkAccess::sink(*queue_, message);
        } else {
            post(message, {});
        }
        return;
    }
    const RecordAdmission admission{message, this};
    if (!admission.is_written()) return;
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    const RecordContext context =
        is_of_this_thread(message) ? current_context(buffer, admission.values()) : RecordContext{};
    if (tracer_.enabled()) {
        post_remembered(message, context);
    } else {
        post(message, context);
    }
}

void CapturingLogger::post(const spdlog::details::log_msg& message, const RecordContext& context) {
    const std::size_t size = message.payload.size() + capture_bytes(context);
    if (size <= stack_bytes) {
        std::array<char, stack_bytes> memory;  // NOLINT(*-member-init): written before it is read
        post_from(memory.data(), message, context);
    } else {
        std::vector<char> memory(size);
        post_from(memory.data(), message, context);
    }
}

void CapturingLogger::post_from(char* memory, const spdlog::details::log_msg& message,
                                const RecordContext& context) {
    const auto& text = message.payload;
    const char* end = append_capture(std::copy(text.begin(), text.end(), memory), context);
    spdlog::details::log_msg longer = message;
    longer.payload = {memory, static_cast<std::size_t>(end - memory)};
    SinkAccess::sink(*queue_, longer);
}

void CapturingLogger::post_remembered(const spdlog::details::log_msg& message,
                                      const RecordContext& context) {
    std::vector<char>* memory = remembered_bytes();
    if (memory == nullptr) {
        post(message, context);
        return;
    }
    remember_with_capture(message, context, *memory);
    SinkAccess::sink(*queue_, message);
}

void CapturingLogger::flush_() {
    queue_->flush();
}

}  // namespace ctx::log::detail
