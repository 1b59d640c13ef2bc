// The record that the tests of formats write.

#pragma once

#include "logging/contexts.hpp"
#include <ctx/logging.hpp>

#include <chrono>
#include <string_view>

namespace ctx::test {

inline log::LogRecord some_record() {
    log::LogRecord record;
    record.time =
        std::chrono::system_clock::time_point{std::chrono::microseconds{1795192028095260}};
    record.logger = "svc";
    record.message = "order 17 accepted";
    return record;
}

/// The ids of request().
inline log::RecordContext context_with(const log::ValueBuffer& values,
                                       std::string_view fields = {}) {
    const auto span = span_context();
    return {span.trace_id, span.span_id, span.flags, fields, {}, values.values()};
}

}  // namespace ctx::test
