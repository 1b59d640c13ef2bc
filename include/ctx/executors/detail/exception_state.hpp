// What the C++ runtime keeps per thread about exceptions, and moving it with a stack that is
// switched. Without that, a fiber that is suspended inside a catch block leaves its exception to
// whoever runs next on the thread, and misses it on the thread where it goes on.

#pragma once

#include <ctx/context/detail/word.hpp>

namespace ctx::detail {

/// `__cxa_eh_globals` of the Itanium C++ ABI, 2.2.2: the exceptions being handled, innermost first,
/// and how many are on their way to a handler.
struct ExceptionState {
    void* caught;
    unsigned int uncaught;
};

extern "C" {
// <cxxabi.h> declares it `const`: a compiler may then keep the address over a switch, after which
// it is another thread's. This declaration of the same function says nothing of the kind.
ExceptionState* ctx_exception_state() noexcept __asm__("__cxa_get_globals");
}

/// Puts `next` into the calling thread and gives back what was there. By halves, as the word.
inline ExceptionState exchange_exception_state(ExceptionState next) noexcept {
    ExceptionState& state = *ctx_exception_state();
    const ExceptionState before{load_half(state.caught), load_half(state.uncaught)};
    store_half(state.caught, next.caught);
    store_half(state.uncaught, next.uncaught);
    return before;
}

/// Takes the thread's exception state away while another stack runs, and puts it back on the
/// thread where this one goes on. As WordKeeper, which it stands beside.
class [[nodiscard]] ExceptionKeeper {
public:
    [[nodiscard]] ExceptionKeeper() noexcept : kept_(exchange_exception_state({nullptr, 0})) {}

    /// An exception that the switch itself throws (Boost unwinds a stack so) is on its way already:
    /// it is counted on top.
    ~ExceptionKeeper() {
        ExceptionState& state = *ctx_exception_state();
        store_half(state.caught, kept_.caught);
        store_half(state.uncaught, load_half(state.uncaught) + kept_.uncaught);
    }

    ExceptionKeeper(const ExceptionKeeper&) = delete;
    ExceptionKeeper& operator=(const ExceptionKeeper&) = delete;

private:
    ExceptionState kept_;
};

/// In place of ExceptionKeeper where somebody else does the same: Boost.Context from 1.88 on.
struct NoExceptionKeeper {};

}  // namespace ctx::detail
