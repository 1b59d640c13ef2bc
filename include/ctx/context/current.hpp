// ctx/context/current.hpp: the context of the calling thread.
//
// Every thread has one current context. It is empty until a Scope changes it:
//
//     ctx::Scope scope{request_context};   // current() == request_context
//     handle(request);                     // everything called from here sees it
//
// Threads   current() reads the calling thread's context and no other. It may be called from a
//           signal handler.
// Errors    Nothing here fails: no function throws or allocates.
// Cost      One thread-local read: bench/context_bench.cpp.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/word.hpp>

namespace ctx {

/// The calling thread's context.
///
/// A borrowed view, valid until the innermost live Scope on this thread ends or the coroutine or
/// fiber is suspended. `Context{view}` keeps it longer or carries it to another thread.
[[nodiscard]] inline ContextView current() noexcept {
    return ContextView{detail::current_node()};
}

}  // namespace ctx
