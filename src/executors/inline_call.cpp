#include <ctx/executors/detail/inline_call.hpp>

#include <atomic>

namespace ctx::detail {
namespace {

struct Innermost {
    InlineCall* call;  // may dangle when a fiber took it to another thread: compared, not followed
    std::uint64_t number;
    const void* owner;
    std::uint64_t last;  // number given to a call on this thread
};

// initial-exec: no call to find it, also from a shared library.
__attribute__((tls_model("initial-exec"))) thread_local constinit Innermost innermost_call{
    nullptr, 0, nullptr, 0};

// Threads take numbers in blocks: the stack of one that ended is another's later.
constinit std::atomic<std::uint64_t> blocks_taken{0};
constexpr unsigned block_bits = 32;

// Coroutines and fibers come here on one thread and go on on another. No function of this file
// switches, and none may be inlined into one that does, where the address would be kept.
Innermost& innermost() noexcept {
    Innermost* address = &innermost_call;
    asm volatile("" : "+r"(address));
    return *address;
}

std::uint64_t next_number(Innermost& thread) noexcept {
    if (thread.last << block_bits == 0) [[unlikely]] {
        thread.last = blocks_taken.fetch_add(1, std::memory_order_relaxed) << block_bits;
    }
    return ++thread.last;
}

}  // namespace

[[gnu::noinline]] InlineCall::InlineCall(const void* owner) noexcept {
    Innermost& now = innermost();
    outer_ = now.call;
    outer_number_ = now.number;
    outer_owner_ = now.owner;
    number_ = next_number(now);
    now.call = this;
    now.number = number_;
    now.owner = owner;
}

[[gnu::noinline]] InlineCall::~InlineCall() {
    Innermost& now = innermost();
    if (now.call != this || now.number != number_) return;  // a fiber took this call elsewhere
    now.call = outer_;
    now.number = outer_number_;
    now.owner = outer_owner_;
}

[[gnu::noinline]] bool InlineCall::complete(InlineKey key, void* what) noexcept {
    const Innermost& now = innermost();
    if (key.call == nullptr || now.call != key.call || now.number != key.number) return false;
    key.call->completed_ = what;
    return true;
}

[[gnu::noinline]] InlineKey InlineCall::innermost_of(const void* owner) noexcept {
    const Innermost& now = innermost();
    return now.owner == owner ? InlineKey{now.call, now.number} : InlineKey{};
}

}  // namespace ctx::detail
