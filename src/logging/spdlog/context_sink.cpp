#include "logging/spdlog/context_sink.hpp"

#include "logging/spdlog/admission.hpp"
#include "logging/spdlog/record.hpp"
#include "logging/spdlog/stats.hpp"
#include "logging/spdlog/suffixed.hpp"
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog/journal_sink.hpp>

#include <spdlog/details/os.h>
#include <spdlog/pattern_formatter.h>

#include <utility>

namespace ctx::log::detail {
ContextSink::ContextSink(spdlog::sink_ptr inner, Source source,
                         std::shared_ptr<const Settings> settings)
    : inner_(std::move(inner)),
      settings_(std::move(settings)),
      source_(source),
      has_suffix_(settings_->format == Format::text &&
                  dynamic_cast<const JournalSink*>(inner_.get()) == nullptr) {
    if (settings_->formatter != nullptr) inner_->set_formatter(settings_->formatter->clone());
}

void ContextSink::log(const spdlog::details::log_msg& message) {
    if (!inner_->should_log(message.level)) return;
    if (source_ == Source::carried) {
        log_carried(message);
        return;
    }
    // Synchronous loggers and those of the backend, which says the context, may share a sink.
    if (const RecordContext* context = ActiveRecord::find(message.payload)) {
        deliver_active(message, *context);
        return;
    }
    // Out of a backtrace, where libctx_log_preload.so has put the context behind it.
    if (is_copy(message) && deliver_captured(message)) return;
    log_ambient(message);
}

void ContextSink::log_ambient(const spdlog::details::log_msg& message) {
    if (is_being_logged(message)) {
        log_current(message);
    } else {
        deliver(message, {});
    }
}

void ContextSink::log_current(const spdlog::details::log_msg& message) {
    const RecordAdmission admission{message, this};
    if (!admission.is_written()) return;
    FragmentBuffer buffer;  // NOLINT(*-member-init): written before it is read
    deliver(message, current_context(buffer, admission.values()));
}

void ContextSink::log_carried(const spdlog::details::log_msg& message) {
    if (!deliver_captured(message)) log_uncarried(message);
}

/// @return false when there is no context behind the message.
bool ContextSink::deliver_captured(const spdlog::details::log_msg& message) {
    const auto carried = split_capture({message.payload.data(), message.payload.size()});
    if (!carried) return false;
    spdlog::details::log_msg original = message;
    original.payload = {carried->message.data(), carried->message.size()};
    deliver(original, carried->context);
    return true;
}

// A synchronous logger may have been given the sinks of an asynchronous one.
void ContextSink::log_uncarried(const spdlog::details::log_msg& message) {
    if (message.thread_id == spdlog::details::os::thread_id() && !is_copy(message)) {
        log_current(message);
        return;
    }
    capture_errors.add();
    deliver(message, {});
}

void ContextSink::deliver(const spdlog::details::log_msg& message, const RecordContext& context) {
    const ActiveRecord active{message, context};
    deliver_active(message, context);
}

void ContextSink::deliver_active(const spdlog::details::log_msg& message,
                                 const RecordContext& context) {
    if (has_suffix_ && !context.empty()) {
        deliver_with_suffix(message, context);
    } else {
        inner_->log(message);
    }
}

void ContextSink::deliver_with_suffix(const spdlog::details::log_msg& message,
                                      const RecordContext& context) {
    const SuffixedMessage text{
        {message.payload.data(), message.payload.size()}, context, *settings_->lines};
    spdlog::details::log_msg longer = message;
    longer.payload = {text.text().data(), text.text().size()};
    const ActiveRecord active{longer, context};
    inner_->log(longer);
}

void ContextSink::flush() {
    inner_->flush();
}

void ContextSink::set_pattern(const std::string& pattern) {
    set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
}

void ContextSink::set_formatter(std::unique_ptr<spdlog::formatter> formatter) {
    if (settings_->formatter == nullptr) {
        inner_->set_formatter(std::move(formatter));
        return;
    }
    const std::lock_guard lock{mutex_};
    kept_formatter_ = std::move(formatter);
}

void ContextSink::restore_formatter() {
    if (settings_->formatter == nullptr) return;
    const std::lock_guard lock{mutex_};
    inner_->set_formatter(kept_formatter_ != nullptr
                              ? std::move(kept_formatter_)
                              : std::make_unique<spdlog::pattern_formatter>());
}

spdlog::sink_ptr wrap_sink(const spdlog::sink_ptr& sink, ContextSink::Source source,
                           const std::shared_ptr<const Settings>& settings) {
    if (const auto* mine = dynamic_cast<const ContextSink*>(sink.get())) {
        if (mine->source() == source) return sink;
        // Of another kind of logger, which goes on using it.
        return std::make_shared<ContextSink>(mine->inner(), source, settings);
    }
    return std::make_shared<ContextSink>(sink, source, settings);
}

spdlog::sink_ptr unwrapped(const spdlog::sink_ptr& sink) {
    const auto* mine = dynamic_cast<const ContextSink*>(sink.get());
    return mine == nullptr ? sink : mine->inner();
}

}  // namespace ctx::log::detail
