#include "tracing/span_record.hpp"
#include <ctx/context/detail/request_failure.hpp>
#include <ctx/tracing/span.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace ctx {
namespace {

detail::SpanRecord& of(const RecordingSpanPtr& pointer) noexcept {
    return static_cast<detail::SpanRecord&>(*pointer.get());
}

}  // namespace

Span& Span::operator=(Span&& other) noexcept {
    if (this == &other) return *this;
    end();
    context_ = std::move(other.context_);
    record_ = std::move(other.record_);
    return *this;
}

void Span::record_attribute(const Attribute& attribute) noexcept {
    of(record_).set_attribute(attribute);
}

void Span::record_event(std::string_view name,
                        std::initializer_list<Attribute> attributes) noexcept {
    of(record_).add_event(name, {attributes.begin(), attributes.size()});
}

void Span::record_link(const Link& link) noexcept {
    of(record_).add_link(link);
}

void Span::record_status(StatusCode code, std::string_view description) noexcept {
    of(record_).set_status(code, description);
}

void Span::record_exception(const std::exception& error) noexcept {
    const char* const mangled = typeid(error).name();
    const std::unique_ptr<char, decltype(&std::free)> readable{
        abi::__cxa_demangle(mangled, nullptr, nullptr, nullptr), &std::free};
    record_event("exception", {{"exception.type", readable ? readable.get() : mangled},
                               {"exception.message", error.what()}});
    record_status(StatusCode::error, error.what());
}

void Span::record_name(std::string_view name) noexcept {
    of(record_).set_name(name);
}

void Span::finish() noexcept {
    const bool request_failed = detail::SpanRecord::finish(std::move(record_));
    if (request_failed) detail::tell_request_failure(context_);
}

}  // namespace ctx
