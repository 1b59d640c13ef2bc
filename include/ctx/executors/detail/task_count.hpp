// What each adapter of this layer counts tasks without a context with. See context/lost_context.hpp.

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/context/source_place.hpp>
#include <ctx/export.hpp>

#include <cstdint>

namespace ctx::detail {

enum class Adapter : std::uint8_t {
    executors,
    coroutines,
    senders,
    channel,
    callbacks,
    boost_fiber,
    tbb
};

CTX_EXPORT void count_task_without_context(Adapter adapter, SourcePlace caller) noexcept;

/// To be called where a task is handed on, or begins.
inline void count_if_empty(Adapter adapter, ContextView context, SourcePlace caller = {}) noexcept {
    if (!context) [[unlikely]]
        count_task_without_context(adapter, caller);
}

}  // namespace ctx::detail
