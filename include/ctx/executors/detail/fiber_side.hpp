// One side of a jump between stacks, and the jump.

#pragma once

#include <ctx/context/detail/switch.hpp>
#include <ctx/executors/detail/exception_state.hpp>
#include <ctx/executors/detail/sanitized_stack.hpp>

#include <boost/context/detail/exception.hpp>
#include <boost/context/fiber.hpp>
#include <boost/version.hpp>

#include <type_traits>
#include <utility>

namespace ctx {
class fiber;
}

namespace ctx::detail {

using FiberExceptionKeeper =
    std::conditional_t<(BOOST_VERSION < 108800), ExceptionKeeper, NoExceptionKeeper>;

struct FiberDestroyer;

/// A stack that waits to be jumped to: lives on that stack, and is what a handle points to.
/// Whoever jumps writes the first three before.
struct FiberSide {
    FiberSide* from = nullptr;            // who jumped here, to be jumped back to; null: it ended
    FiberDestroyer* destroyer = nullptr;  // unwind instead of going on
    fiber (*call)(void* function, fiber from) = nullptr;  // call this before going on
    void* function = nullptr;
    [[no_unique_address]] SanitizedStack stack;

    FiberSide() noexcept = default;
    FiberSide(const void* bottom, std::size_t size) noexcept : stack(bottom, size) {}
    FiberSide(const FiberSide&) = delete;
    FiberSide& operator=(const FiberSide&) = delete;

    /// Leaves this stack for `target`, and returns when somebody jumps back here. The word and the
    /// exceptions of this side wait on its stack meanwhile. Inlined, because the processor
    /// foretells returns by the calls before: one just behind a jump is foretold wrong, which costs
    /// as much as the rest.
    [[gnu::always_inline]] boost::context::fiber jump(FiberSide& target,
                                                      boost::context::fiber to) noexcept {
        [[maybe_unused]] const FiberExceptionKeeper exceptions;
        const WordKeeper word;
        target.from = this;
        stack.leave(target.stack);
        boost::context::fiber back = std::move(to).resume();
        stack.arrive(stack_before());
        return back;
    }

    /// The stack that jumped here, or null when it has ended.
    [[nodiscard]] SanitizedStack* stack_before() const noexcept {
        return from == nullptr ? nullptr : &from->stack;
    }
};

/// Who destroys a suspended fiber: waits for its unwinding.
struct FiberDestroyer {
    FiberSide side;
    boost::context::fiber waiting;  // what the unwound stack goes back to
};

/// Unwinds the stack of a fiber that is destroyed. Thrown by the switch that it waits in, after
/// its own context is back.
struct FiberUnwind : boost::context::detail::forced_unwind {
    explicit FiberUnwind(FiberDestroyer* by) noexcept : destroyer(by) {}
    FiberDestroyer* destroyer;
};

}  // namespace ctx::detail
