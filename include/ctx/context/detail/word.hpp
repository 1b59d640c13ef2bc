// The one thread-local word that says whose work a thread is doing. Only Scope, Boundary and the
// coroutine and fiber switches touch it.

#pragma once

#include <ctx/export.hpp>

#include <atomic>
#include <cstddef>

namespace ctx {
class Scope;
}

namespace ctx::detail {

struct Node;

/// Trivially destructible, so that it is usable in thread-local and static destructors too.
struct Word {
    const Node* node;  // owns one reference
    Scope* top;        // the innermost live Scope; travels with the node
};

/// The word, and beside it what is asked so often that it must be as near.
struct ThreadWord : Word {
    bool is_watched;  // somebody looks at the word when the thread ends
};

extern "C" {
// Defined once per process, by the context library. `constinit` here spares every access the call
// of a wrapper that would initialise it; initial-exec makes it safe to read in a signal handler.
extern CTX_EXPORT
    __attribute__((tls_model("initial-exec"))) thread_local constinit ThreadWord ctx_current_word;
}

/// The calling thread's word. Never keep the reference over anything that can switch stacks.
///
/// A plain access is not enough: compilers compute the address of a thread-local once and keep it
/// over a call that resumes the coroutine or fiber on another thread (seen with g++ 12 and clang
/// 14). On x86-64 the offset may be kept, the thread's base is read again each time.
#if defined(__x86_64__)
[[gnu::always_inline]] inline ThreadWord& word() noexcept {
    std::ptrdiff_t offset;
    char* base;
    asm("movq ctx_current_word@gottpoff(%%rip), %0" : "=r"(offset));
    asm volatile("movq %%fs:0, %0" : "=r"(base));
    return *reinterpret_cast<ThreadWord*>(base + offset);
}

/// The node in the calling thread's word: one load, without the thread's base in between.
[[gnu::always_inline]] inline const Node* current_node() noexcept {
    std::ptrdiff_t offset;
    const Node* node;
    asm("movq ctx_current_word@gottpoff(%%rip), %0" : "=r"(offset));
    // "memory": the compiler must have finished earlier stores through word().
    asm volatile("movq %%fs:(%1), %0" : "=r"(node) : "r"(offset) : "memory");
    return node;
}
#else
CTX_EXPORT ThreadWord& word() noexcept;

inline const Node* current_node() noexcept {
    return word().node;
}
#endif

/// Reads or writes one half of the word. Relaxed atomics are plain moves that the compiler does not
/// pair into a 16-byte one, which would have to wait for the two 8-byte stores just before it
/// (a Scope in a Scope took 2.5 times as long).
template <typename T>
[[gnu::always_inline]] inline T load_half(T& half) noexcept {
    return __atomic_load_n(&half, __ATOMIC_RELAXED);
}
template <typename T>
[[gnu::always_inline]] inline void store_half(T& half, T value) noexcept {
    __atomic_store_n(&half, value, __ATOMIC_RELAXED);
}

/// Has Scopes that are still open when the thread ends reported. Once per thread.
CTX_EXPORT void watch_thread() noexcept;

/// Makes the store to the word visible to a signal handler of this thread before what follows:
/// a handler must never see a context that is already freed.
inline void publish_word() noexcept {
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

}  // namespace ctx::detail
