// Hops from thread to thread, and reads of the current context around each hop: built into programs
// and shared objects in every way that lets compilers keep a thread-local's address over a call.

#pragma once

namespace ctx::test {

/// Reads that gave another thread's value.
struct WrongReads {
    int of_context = 0;  // through ctx::current() and Scopes
    int of_naive = 0;    // of a thread_local of the same object, read as one would
};

}  // namespace ctx::test

extern "C" {
/// A stack that three living threads take turns in running.
__attribute__((visibility("default"))) void ctx_test_hop_by_stack(ctx::test::WrongReads& wrong);
/// What is current for this object, wherever the Scope was opened.
__attribute__((visibility("default"))) const void* ctx_test_current();
/// A coroutine, in the same way.
__attribute__((visibility("default"))) void ctx_test_hop_by_coroutine(ctx::test::WrongReads& wrong);
}
