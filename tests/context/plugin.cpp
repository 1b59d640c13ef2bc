// A shared object that a test loads at run time; it links the same context library.

#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>

extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_current_span() {
    return ctx::current().span_id().value();
}

extern "C" __attribute__((visibility("default"))) std::uint64_t plugin_scope_span() {
    const ctx::Scope scope{
        ctx::Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{77}, {}, {}, false})};
    return plugin_current_span();
}
