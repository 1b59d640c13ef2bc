// A shared object that a test loads at run time, once as it is and once under another name; it
// links the same context library and hides all but these functions.

#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/stats.hpp>

extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_current_span() {
    return ctx::current().span_id().value();
}

extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_scope_span() {
    const ctx::Scope scope{
        ctx::Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{77}, {}, {}, false})};
    return plugin_current_span();
}

// Makes a context current and calls back into whoever loaded this object.
extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_call_in_span(
    std::uint64_t span, std::uint64_t (*call)()) {
    const ctx::Scope scope{
        ctx::current().with_span({ctx::current().trace_id(), ctx::SpanId{span}, {}, {}, false})};
    return call();
}

extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_live_contexts() {
    return static_cast<std::uint64_t>(ctx::live_contexts());
}
